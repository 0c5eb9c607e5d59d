alter table tasks
    drop column completed_at,
    drop column due_date,
    drop column tags,
    drop column priority;

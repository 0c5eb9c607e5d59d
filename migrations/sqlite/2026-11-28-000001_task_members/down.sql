alter table tasks drop column completed_at;
alter table tasks drop column due_date;
alter table tasks drop column tags;
alter table tasks drop column priority;

-- What a try that failed left behind is not valid, and would be taken for the index.
drop index concurrently if exists tasks_deleted;
create index concurrently tasks_deleted on tasks (owner_id, deleted_at desc, id desc) where deleted_at is not null;

create index tasks_deleted on tasks (owner_id, deleted_at desc, id desc) where deleted_at is not null;

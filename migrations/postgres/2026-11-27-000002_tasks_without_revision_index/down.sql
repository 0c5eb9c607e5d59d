create index tasks_by_revision on tasks (owner_id, revision);

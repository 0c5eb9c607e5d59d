drop index tasks_deleted;

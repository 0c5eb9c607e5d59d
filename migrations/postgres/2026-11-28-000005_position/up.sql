-- The key in the manual order. Without one, which is how version 0.1.0 writes tasks, it derives from created_at and id.
alter table tasks add column position text collate "C";

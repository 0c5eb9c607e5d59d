insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
select owner_id, object_id, '', 0, '', at, at, revision, at from tombstones where type = 'task'
on conflict do nothing;
drop table tombstones;
alter table owners drop column version;
alter table owners drop column epoch;
alter table owners drop column write_id;
alter table owners drop column trashed_tasks;
alter table owners drop column lists;
alter table owners drop column idempotency_keys;
alter table owners drop column pruned_revision;

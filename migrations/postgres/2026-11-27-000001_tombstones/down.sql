insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
select owner_id, object_id, '', false, '', at, at, revision, at from tombstones where type = 'task'
on conflict do nothing;
drop table tombstones;
alter table owners
    drop column version,
    drop column epoch,
    drop column write_id,
    drop column trashed_tasks,
    drop column lists,
    drop column idempotency_keys,
    drop column pruned_revision;

-- Version 0.1.0 goes on writing beside this schema: it leaves new columns at their defaults, raises revision alone,
-- and keeps a row with deleted_at for each deleted task, which a background job moves to tombstones.
-- version is raised by every store; revision is raised by changes alone.
alter table owners add column version integer not null default 0;
-- Random, made with the row: an owner who was erased and made again has another one.
alter table owners add column epoch integer not null default 0;
-- Random, of the last store.
alter table owners add column write_id integer not null default 0;
alter table owners add column trashed_tasks integer not null default 0 check (trashed_tasks >= 0);
alter table owners add column lists integer not null default 0 check (lists >= 0);
alter table owners add column idempotency_keys integer not null default 0 check (idempotency_keys >= 0);
-- The highest revision of a tombstone that is gone.
alter table owners add column pruned_revision integer not null default 0;

create table tombstones (
    owner_id text not null,
    type text not null,
    object_id blob not null check (length(object_id) = 16),
    -- The owner's revision of the deletion.
    revision integer not null,
    at integer not null,
    primary key (owner_id, type, object_id)
) strict, without rowid;

-- Version 0.1.0 goes on writing beside this schema: it leaves new columns at their defaults, raises revision alone,
-- and keeps a row with deleted_at for each deleted task, which a background job moves to tombstones.
alter table owners
    -- Raised by every store; revision is raised by changes alone.
    add column version bigint not null default 0,
    -- Random, made with the row: an owner who was erased and made again has another one.
    add column epoch bigint not null default 0,
    -- Random, of the last store.
    add column write_id bigint not null default 0,
    add column trashed_tasks integer not null default 0,
    add column lists integer not null default 0,
    add column idempotency_keys integer not null default 0,
    -- The highest revision of a tombstone that is gone.
    add column pruned_revision bigint not null default 0;

-- A row that version 0.1.0 makes has an epoch, too. Below 2^53, like every number that a client may see.
alter table owners alter column epoch set default floor(random() * 9007199254740992)::bigint;

create table tombstones (
    owner_id text collate "C" not null,
    type text collate "C" not null,
    object_id uuid not null,
    -- The owner's revision of the deletion.
    revision bigint not null,
    at timestamptz not null,
    primary key (owner_id, type, object_id)
);

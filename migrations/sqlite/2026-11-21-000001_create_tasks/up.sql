-- Ids are the 16 bytes of the UUID, times are milliseconds since 1970-01-01T00:00:00Z, texts compare byte by byte.
create table owners (
    owner_id text not null primary key,
    revision integer not null default 0 check (revision >= 0),
    live_tasks integer not null default 0 check (live_tasks >= 0)
) strict, without rowid;

create table tasks (
    owner_id text not null,
    id blob not null check (length(id) = 16),
    title text not null,
    description text,
    completed integer not null check (completed in (0, 1)),
    -- The folded title, U+001F, the folded description.
    search text not null,
    created_at integer not null,
    updated_at integer not null,
    -- The owner's revision at which the row was last written.
    revision integer not null,
    -- When it became a tombstone.
    deleted_at integer,
    primary key (owner_id, id)
) strict;

create index tasks_newest on tasks (owner_id, created_at desc, id desc) where deleted_at is null;

create index tasks_by_revision on tasks (owner_id, revision);

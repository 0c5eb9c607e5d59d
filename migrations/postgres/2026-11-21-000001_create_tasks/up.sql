-- Keys begin with owner_id and compare byte by byte, whatever the database's own collation is.
create table owners (
    owner_id text collate "C" not null primary key,
    revision bigint not null default 0 check (revision >= 0),
    live_tasks integer not null default 0 check (live_tasks >= 0)
);

create table tasks (
    owner_id text collate "C" not null,
    id uuid not null,
    title text collate "C" not null,
    description text collate "C",
    completed boolean not null,
    -- The folded title, U+001F, the folded description.
    search text collate "C" not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- The owner's revision at which the row was last written.
    revision bigint not null,
    -- When it became a tombstone.
    deleted_at timestamptz,
    primary key (owner_id, id)
);

create index tasks_newest on tasks (owner_id, created_at desc, id desc) where deleted_at is null;

create index tasks_by_revision on tasks (owner_id, revision);

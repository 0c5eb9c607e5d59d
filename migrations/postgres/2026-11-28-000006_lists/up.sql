create table lists (
    owner_id text collate "C" not null,
    id uuid not null,
    name text collate "C" not null,
    -- Red, green and blue, eight bits each.
    color integer,
    -- Sorts: the key in the manual order.
    position text collate "C" not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    revision bigint not null,
    primary key (owner_id, id)
);
-- Version 0.1.0 leaves it null in new rows and as it is in others. Without a foreign key, which would lock the list for
-- each write of a task: the store is guarded by the owner's row instead.
alter table tasks add column list_id uuid;

create table lists (
    owner_id text not null,
    id blob not null,
    name text not null,
    -- Red, green and blue, eight bits each.
    color integer,
    -- Sorts: the key in the manual order.
    position text not null,
    created_at integer not null,
    updated_at integer not null,
    revision integer not null,
    primary key (owner_id, id)
) strict;
-- Version 0.1.0 leaves it null in new rows and as it is in others.
alter table tasks add column list_id blob;

create table idempotency_keys (
    owner_id text collate "C" not null,
    key text collate "C" not null,
    -- Numbers the requests of an owner in the order in which they were recorded.
    number bigint not null,
    -- The bytes of all responses of the owner before this one, and with it.
    start_byte bigint not null,
    end_byte bigint not null,
    at timestamptz not null,
    -- SHA-256 of the request.
    request bytea not null,
    response bytea not null,
    primary key (owner_id, key)
);
-- For the oldest and the newest request of an owner, and to delete the oldest.
create index idempotency_keys_by_number on idempotency_keys (owner_id, number);
-- For the background job, which deletes the expired.
create index idempotency_keys_by_time on idempotency_keys (at, owner_id, number);

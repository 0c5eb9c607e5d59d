create table idempotency_keys (
    owner_id text not null,
    key text not null,
    -- Numbers the requests of an owner in the order in which they were recorded.
    number integer not null,
    -- The bytes of all responses of the owner before this one, and with it.
    start_byte integer not null,
    end_byte integer not null,
    at integer not null,
    -- SHA-256 of the request.
    request blob not null,
    response blob not null,
    primary key (owner_id, key)
) strict;
-- For the oldest and the newest request of an owner, and to delete the oldest.
create index idempotency_keys_by_number on idempotency_keys (owner_id, number);
-- For the background job, which deletes the expired.
create index idempotency_keys_by_time on idempotency_keys (at, owner_id, number);

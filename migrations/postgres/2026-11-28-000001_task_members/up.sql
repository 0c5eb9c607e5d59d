alter table tasks
    -- 0 low, 1 medium, 2 high, 3 urgent.
    add column priority smallint not null default 1,
    -- Of each tag U+001F, the key by which tags compare, U+001E, the spelling.
    add column tags text collate "C" not null default '',
    -- Sorts: twice the milliseconds since 1970, plus 1 for a date-time; a date is its midnight in UTC.
    add column due_date bigint,
    add column completed_at timestamptz;

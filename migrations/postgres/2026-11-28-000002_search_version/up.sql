-- Version 0.1.0 goes on writing search, by its rule, and leaves these columns as they are.
alter table tasks
    -- The rule that made the text which searches compare.
    add column search_version smallint not null default 1,
    -- The revision of the task when it did; search_version and search_text are valid if the task still has it.
    add column search_revision bigint not null default 0,
    -- That text, unless it is the same as search.
    add column search_text text collate "C";

-- Version 0.1.0 goes on writing search, by its rule, and leaves these columns as they are.
-- The rule that made the text which searches compare.
alter table tasks add column search_version integer not null default 1;
-- The revision of the task when it did; search_version and search_text are valid if the task still has it.
alter table tasks add column search_revision integer not null default 0;
-- That text, unless it is the same as search.
alter table tasks add column search_text text;

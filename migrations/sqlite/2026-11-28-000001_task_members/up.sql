-- 0 low, 1 medium, 2 high, 3 urgent.
alter table tasks add column priority integer not null default 1;
-- Of each tag U+001F, the key by which tags compare, U+001E, the spelling.
alter table tasks add column tags text not null default '';
-- Sorts: twice the milliseconds since 1970, plus 1 for a date-time; a date is its midnight in UTC.
alter table tasks add column due_date integer;
alter table tasks add column completed_at integer;

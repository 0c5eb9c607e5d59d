alter table tasks drop column list_id;
drop table lists;

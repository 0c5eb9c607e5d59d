alter table tasks drop column search_text;
alter table tasks drop column search_revision;
alter table tasks drop column search_version;

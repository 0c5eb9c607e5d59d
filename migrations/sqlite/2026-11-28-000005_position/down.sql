alter table tasks drop column position;

alter table tasks
    drop column search_text,
    drop column search_revision,
    drop column search_version;

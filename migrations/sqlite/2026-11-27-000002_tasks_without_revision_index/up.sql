-- An index that names a column which every update changes costs each update an entry.
drop index tasks_by_revision;

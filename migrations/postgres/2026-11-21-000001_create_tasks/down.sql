drop table tasks;
drop table owners;

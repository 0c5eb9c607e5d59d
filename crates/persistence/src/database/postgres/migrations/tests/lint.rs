//! No migration may lock a large table for long. `migrations/README.md` lists the rules.

mod rules;

use diesel::pg::Pg;

use super::*;
use crate::migrations::scripts;
use rules::lint;

fn embedded() -> Vec<Script> {
    scripts::<Pg>(&Postgres::MIGRATIONS).unwrap()
}

/// Migrations with a `do` block that was read by hand: it sets a storage parameter, under SHARE UPDATE EXCLUSIVE.
const REVIEWED: [&str; 1] =
    ["2026-11-27-000002_tasks_without_revision_index: what a `do` block does cannot be checked"];

#[test]
fn embedded_migrations_pass_the_linter() {
    let mut found: Vec<String> = embedded().iter().flat_map(lint).collect();
    found.retain(|found| !REVIEWED.contains(&found.as_str()));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_linter_finds_each_long_lock() {
    for (sql, expected) in [
        ("create index i on tasks (a)", "create index"),
        ("create table u (); CREATE UNIQUE INDEX i ON ONLY public.tasks (a)", "create index"),
        ("create index concurrently i on tasks (a)", "run_in_transaction"),
        ("alter table tasks add column a timestamptz default now()", "no constant"),
        ("alter table tasks add a int, add b uuid not null default gen_random_uuid()", "no constant"),
        ("alter table only tasks add column a int not null", "without a default"),
        ("alter table if exists tasks add column a bigserial", "generated"),
        ("alter table tasks add column a int unique", "constraint"),
        ("alter table tasks alter column a type bigint", "type"),
        ("alter table tasks alter a set data type bigint", "type"),
        ("alter table tasks alter column a set not null", "set not null"),
        ("-- checked by no_such\nalter table tasks alter column a set not null", "set not null"),
        ("alter table tasks add constraint c check (a > 0)", "not valid"),
        ("alter table tasks add constraint c foreign key (a) references owners", "not valid"),
        ("alter table tasks add primary key (a)", "not valid"),
        ("alter table tasks add a int, validate constraint c", "only action"),
        ("alter table tasks add a int; update tasks set a = 1", "another migration"),
        (
            "alter table tasks add constraint c check (a > 0) not valid; alter table tasks validate constraint c",
            "another migration",
        ),
        ("drop index i; delete from tasks where a = 1", "another migration"),
        ("cluster tasks using i", "cluster"),
        ("vacuum (full) tasks", "vacuum full"),
        ("vacuum full tasks", "vacuum full"),
        ("reindex table tasks", "reindex"),
        ("begin; select 1", "transaction"),
        ("do $$ begin execute 'cluster tasks'; end $$", "do"),
        ("lock table tasks", "lock"),
        ("-- create table tasks\ncreate index i on tasks (a)", "create index"),
    ] {
        let found = lint(&script(1, sql));
        assert!(found.len() == 1 && found[0].contains(expected), "{sql}: {found:?}");
    }
    for (sql, expected) in [
        ("create index concurrently i on tasks (a)", "drop index"),
        ("drop index concurrently if exists j; create index concurrently i on tasks (a)", "drop index"),
        ("alter table tasks add column a int", "outside"),
    ] {
        let found = lint(&outside(1, sql));
        assert!(found.len() == 1 && found[0].contains(expected), "{sql}: {found:?}");
    }
}

#[test]
fn migrations_with_short_locks_are_allowed() {
    for sql in [
        "create table u (a int not null unique); create index i on u (a); alter table u add b int not null",
        "create unlogged table if not exists public.u (a int); create unique index on u (a)",
        "alter table tasks add column a int, add b text not null default 'x', add c int default -1",
        "alter table tasks add column a numeric(10, 2) default '0'::numeric",
        "alter table tasks add constraint c check (a > 0) not valid",
        "alter table tasks add constraint c unique using index i",
        "alter table tasks validate constraint c",
        "alter table tasks drop column a, alter column b drop not null, alter c set default now()",
        "update owners set revision = 1; drop index i; comment on table tasks is 'create index i on tasks (a)'",
    ] {
        assert_eq!(lint(&script(1, sql)), Vec::<String>::new(), "{sql}");
    }
    let online = "drop index concurrently if exists i; create index concurrently i on tasks (a);
        alter table tasks validate constraint c";
    assert_eq!(lint(&outside(1, online)), Vec::<String>::new());
}

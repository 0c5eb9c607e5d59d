//! No migration may lock a large table for long. The rules are in docs/guides/migrations.md.

use std::collections::BTreeSet;

use super::*;
use crate::migrations::scripts;
use diesel::pg::Pg;

/// Findings of one migration, a sentence each.
fn lint(script: &Script) -> Vec<String> {
    let parts: Vec<Vec<String>> = statements(&script.sql).into_iter().map(words).collect();
    let mut file = File {
        script,
        created: BTreeSet::new(),
        dropped_indexes: BTreeSet::new(),
        excludes_readers: false,
        found: vec![],
    };
    for words in &parts {
        file.statement(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    file.found
}

/// Lower-case words and punctuation marks, without comments; something in quotes is one word.
fn words(statement: &str) -> Vec<String> {
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(rest) = statement.get(at..).filter(|rest| !rest.is_empty()) {
        let length = super::super::statements::token(rest);
        let token = &rest[..length];
        if !(token.starts_with("--") || token.starts_with("/*") || token.trim().is_empty()) {
            words.push(token.to_lowercase().trim_matches('"').to_owned());
        }
        at += length;
    }
    words
}

struct File<'a> {
    script: &'a Script,
    created: BTreeSet<String>,
    dropped_indexes: BTreeSet<String>,
    /// Whether it has a lock that excludes readers, which it keeps until its transaction ends.
    excludes_readers: bool,
    found: Vec<String>,
}

impl File<'_> {
    fn statement(&mut self, words: &[&str]) {
        if !self.script.in_transaction {
            self.outside_a_transaction(words);
        }
        let is_long = matches!(words, ["update" | "delete" | "with" | "insert" | "merge", ..])
            || words.windows(2).any(|pair| pair == ["validate", "constraint"]);
        if is_long && self.excludes_readers {
            self.find(
                "this reads or writes many rows while readers are locked out: put it into another migration",
            );
        }
        match words {
            ["create", rest @ ..] => self.create(rest),
            ["alter", "table", rest @ ..] => self.alter(rest),
            ["drop", "index", "concurrently", "if", "exists", name, ..] => {
                self.dropped_indexes.insert((*name).to_owned());
            }
            ["drop", "index", rest @ ..] if rest.first() != Some(&"concurrently") => {
                self.excludes_readers = true;
            }
            ["cluster", ..] => self.find("`cluster` locks out readers while it writes the table anew"),
            ["vacuum", rest @ ..] if rest.contains(&"full") => {
                self.find("`vacuum full` locks out readers while it writes the table anew");
            }
            ["reindex", rest @ ..] if !rest.contains(&"concurrently") => {
                self.find("`reindex` locks out writers: use `reindex … concurrently`");
            }
            ["begin" | "start" | "commit" | "rollback" | "end" | "savepoint", ..] => {
                self.find("the runner begins and ends the transaction");
            }
            ["do", ..] => self.find("what a `do` block does cannot be checked"),
            ["lock", ..] => self.find("`lock` keeps others waiting until the migration ends"),
            _ => {}
        }
    }

    fn outside_a_transaction(&mut self, words: &[&str]) {
        let is_online = words.contains(&"concurrently")
            || matches!(words, ["alter", "table", rest @ ..] if rest.windows(2).any(|w| w == ["validate", "constraint"]));
        if !is_online {
            self.find("outside a transaction only `… concurrently` and `validate constraint`");
        }
    }

    fn create(&mut self, words: &[&str]) {
        let of_index = words.iter().take(2).any(|word| *word == "index");
        if let Some(at) = words.iter().take(3).position(|word| *word == "table") {
            self.created.insert(name(&words[at + 1..]).to_owned());
        } else if of_index {
            self.create_index(words);
        }
    }

    fn create_index(&mut self, words: &[&str]) {
        let on = words.iter().position(|word| *word == "on").map_or(&[][..], |at| &words[at + 1..]);
        let Some(at) = words.iter().position(|word| *word == "concurrently") else {
            if !self.created.contains(name(on)) {
                self.find("`create index` locks out writers while it builds: use `concurrently`");
            }
            return;
        };
        if self.script.in_transaction {
            self.find("`create index concurrently` needs `run_in_transaction = false` in metadata.toml");
            return;
        }
        if !self.dropped_indexes.contains(name(&words[at + 1..])) || words.contains(&"exists") {
            self.find(
                "`drop index concurrently if exists` must come first: a failed build leaves an invalid index",
            );
        }
    }

    fn alter(&mut self, words: &[&str]) {
        if self.created.contains(name(words)) {
            return;
        }
        for action in actions(words) {
            self.action(&action);
        }
        let is_only_validated = words.windows(2).any(|pair| pair == ["validate", "constraint"]);
        if !is_only_validated {
            self.excludes_readers = self.script.in_transaction;
        } else if actions(words).len() > 1 {
            self.find(
                "`validate constraint` must be the only action: others lock out readers while it reads all rows",
            );
        }
    }

    fn action(&mut self, words: &[&str]) {
        let has = |word: &str| words.contains(&word);
        let follows = |pair: [&str; 2]| words.windows(2).any(|two| two == pair);
        let is_column = match words {
            ["add", "constraint" | "primary" | "unique" | "check" | "foreign" | "exclude", ..] => false,
            ["add", ..] => true,
            _ => false,
        };
        if is_column {
            if follows(["not", "null"]) && !has("default") {
                self.find("`add column … not null` without a default fails on a table with rows");
            }
            if let Some(at) = words.iter().position(|word| *word == "default")
                && !is_constant(&words[at + 1..])
            {
                self.find("`add column` with a default that is no constant writes the table anew");
            }
            if ["generated", "serial", "bigserial", "smallserial"].iter().any(|word| has(word)) {
                self.find("`add column` with generated values writes the table anew");
            }
            if ["unique", "references", "check"].iter().any(|word| has(word)) || follows(["primary", "key"]) {
                self.find("`add column` with a constraint reads all rows: add the constraint `not valid`");
            }
        } else if words.first() == Some(&"add") {
            if !follows(["not", "valid"]) && !follows(["using", "index"]) {
                self.find("`add constraint` reads all rows: add it `not valid`, then `validate constraint`");
            }
        } else if words.first() == Some(&"alter") {
            if has("type") {
                self.find("`alter column … type` writes the table anew: add a column instead");
            }
            if follows(["set", "not"]) && !self.has_checked_column(words) {
                self.find(
                    "`set not null` reads all rows unless a valid check says so: say `-- checked by NAME`",
                );
            }
        } else if follows(["set", "tablespace"]) || follows(["set", "logged"]) || follows(["set", "unlogged"])
        {
            self.find("this writes the table anew");
        }
    }

    /// Whether the file names the constraint, validated by an earlier migration, that spares the server the reading.
    fn has_checked_column(&self, _: &[&str]) -> bool {
        let named = self.script.sql.lines().find_map(|line| line.trim().strip_prefix("-- checked by "));
        named.is_some_and(|constraint| validated(constraint.trim(), &self.script.version))
    }

    fn find(&mut self, why: &str) {
        self.found.push(format!("{}: {why}", self.script.name));
    }
}

/// Whether a migration before this version validates a constraint.
fn validated(constraint: &str, before: &str) -> bool {
    embedded().iter().filter(|script| script.version.as_str() < before).any(|script| {
        statements(&script.sql).into_iter().map(words).any(|words| {
            words
                .windows(3)
                .any(|three| three[0] == "validate" && three[1] == "constraint" && three[2] == constraint)
        })
    })
}

/// The name of a table or an index, without its schema.
fn name<'a>(words: &[&'a str]) -> &'a str {
    let mut words = words.iter().filter(|word| !["if", "not", "exists", "only"].contains(word));
    let first = words.next().copied().unwrap_or_default();
    if words.next() == Some(&".") { words.next().copied().unwrap_or_default() } else { first }
}

/// The parts of an `alter table` between commas that are in no parentheses, from the first word of an action on.
fn actions<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let begin =
        words.iter().position(|word| ["add", "alter", "drop", "set", "validate", "rename"].contains(word));
    let mut depth = 0;
    let mut actions = vec![Vec::new()];
    for word in &words[begin.unwrap_or(words.len())..] {
        match *word {
            "(" => depth += 1,
            ")" => depth -= 1,
            "," if depth == 0 => {
                actions.push(Vec::new());
                continue;
            }
            _ => {}
        }
        actions.last_mut().unwrap().push(*word);
    }
    actions
}

/// Whether a default is one value for all rows: a literal, perhaps with a sign or a cast.
fn is_constant(words: &[&str]) -> bool {
    let value = if matches!(words.first(), Some(&("-" | "+"))) { &words[1..] } else { words };
    let is_literal = value.first().is_some_and(|first| {
        first.starts_with(['\'', '$'])
            || first.starts_with(|c: char| c.is_ascii_digit())
            || ["true", "false", "null"].contains(first)
    });
    is_literal && !value.contains(&"(")
}

fn embedded() -> Vec<Script> {
    scripts::<Pg>(&Postgres::MIGRATIONS).unwrap()
}

/// Migrations with a `do` block that was read by hand: it sets a storage parameter, under SHARE UPDATE EXCLUSIVE.
const REVIEWED: [&str; 1] =
    ["2026-11-27-000002_tasks_without_revision_index: what a `do` block does cannot be checked"];

#[test]
fn no_migration_locks_a_large_table_for_long() {
    let mut found: Vec<String> = embedded().iter().flat_map(lint).collect();
    found.retain(|found| !REVIEWED.contains(&found.as_str()));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn each_planted_lock_is_found() {
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
fn what_locks_nothing_for_long_is_allowed() {
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

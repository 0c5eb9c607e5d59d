//! The SQL that puts a set of tasks into a database, and takes away what a load has added.
//!
//! Rows lie in the order in which they would have come: all owners' first tasks, then all owners' second ones. The
//! rows of one owner's list are therefore on pages of their own.

use crate::databases::Schema;
use crate::load::Engine;
use crate::set::{DESCRIPTION, ID_PREFIX, OWNERS_FROM, Set, TITLE};

/// How many rows one statement makes, so that none runs for long.
const CHUNK: u64 = 200_000;

/// Every id that a contender makes is behind this one; those of the set are before.
const NEW_IDS: &str = "00000001-0000-0000-0000-000000000000";

/// What fills a database with the set of tasks.
pub(crate) fn tasks(engine: Engine, schema: Schema, set: Set) -> Vec<String> {
    let mut statements = Vec::new();
    if set.tasks() > 0 {
        if schema == Schema::Tasknook {
            statements.push(owners(engine, set));
        }
        let step = CHUNK / set.owners;
        let mut from = 1;
        while from <= set.tasks_each {
            let to = set.tasks_each.min(from + step - 1);
            statements.push(match (engine, schema) {
                (Engine::Postgres, Schema::Tasknook) => postgres(set, from, to),
                (Engine::Postgres, Schema::FastApi) => fastapi(set, from, to),
                (Engine::Sqlite, _) => sqlite(set, from, to),
            });
            from = to + 1;
        }
    }
    statements.push(match engine {
        Engine::Postgres => "vacuum analyze".to_owned(),
        Engine::Sqlite => "pragma optimize".to_owned(),
    });
    statements
}

fn owners(engine: Engine, set: Set) -> String {
    let (each, count) = (set.tasks_each, set.owners);
    let numbers = match engine {
        Engine::Postgres => format!("select generate_series(1, {count}) as number"),
        Engine::Sqlite => numbered("number", 1, count),
    };
    format!(
        "insert into owners (owner_id, revision, live_tasks)
         select cast({OWNERS_FROM} + number as text), {each}, {each} from ({numbers}) as numbers order by 1"
    )
}

fn postgres(set: Set, from: u64, to: u64) -> String {
    format!(
        "insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision)
         select ({OWNERS_FROM} + owner)::text, {id}, '{TITLE} ' || task, '{DESCRIPTION}', false,
             '{title} ' || task || chr(31) || '{description}', {at}, {at}, task
         from generate_series({from}, {to}) as task, generate_series(1, {owners}) as owner
         order by task, owner",
        id = postgres_id(set),
        at = POSTGRES_TIME,
        title = TITLE.to_lowercase(),
        description = DESCRIPTION.to_lowercase(),
        owners = set.owners,
    )
}

fn fastapi(set: Set, from: u64, to: u64) -> String {
    format!(
        "insert into task (user_id, id, title, description, completed, created_at, updated_at)
         select ({OWNERS_FROM} + owner)::text, {id}, '{TITLE} ' || task, '{DESCRIPTION}', false, {at}, {at}
         from generate_series({from}, {to}) as task, generate_series(1, {owners}) as owner
         order by task, owner",
        id = postgres_id(set),
        at = POSTGRES_TIME,
        owners = set.owners,
    )
}

const POSTGRES_TIME: &str =
    "timestamptz '2025-01-01T00:00:00Z' + task * interval '1 minute' + owner * interval '1 millisecond'";

fn postgres_id(set: Set) -> String {
    let each = set.tasks_each;
    format!("('{ID_PREFIX}' || lpad(to_hex((owner - 1) * {each} + task), 12, '0'))::uuid")
}

fn sqlite(set: Set, from: u64, to: u64) -> String {
    format!(
        "insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision)
         select cast({OWNERS_FROM} + owner as text),
             unhex(printf('{prefix}%012x', (owner - 1) * {each} + task)), '{TITLE} ' || task, '{DESCRIPTION}', 0,
             '{title} ' || task || char(31) || '{description}', {at}, {at}, task
         from ({tasks}) as tasks, ({owners}) as owners order by task, owner",
        prefix = ID_PREFIX.replace('-', ""),
        each = set.tasks_each,
        title = TITLE.to_lowercase(),
        description = DESCRIPTION.to_lowercase(),
        at = "1735689600000 + task * 60000 + owner",
        tasks = numbered("task", from, to),
        owners = numbered("owner", 1, set.owners),
    )
}

/// A query for the numbers from one to another, which SQLite has no function for.
fn numbered(name: &str, from: u64, to: u64) -> String {
    format!(
        "with recursive numbers({name}) as (select {from} union all select {name} + 1 from numbers where {name} < {to})
         select {name} from numbers"
    )
}

/// What takes away the tasks that a load has made.
pub(crate) fn without_new_tasks(engine: Engine, schema: Schema, set: Set) -> Vec<String> {
    let new = match engine {
        Engine::Postgres => format!("id >= '{NEW_IDS}'"),
        Engine::Sqlite => format!("id >= x'{}'", NEW_IDS.replace('-', "")),
    };
    // A new task's revision is above those of the set, and the index on it spares a look at all of them.
    let each = set.tasks_each;
    let of_owners = format!("owner_id in (select owner_id from owners) and revision > {each}");
    match (engine, schema, set.tasks()) {
        (Engine::Postgres, Schema::Tasknook, 0) => vec!["truncate tasks, owners".to_owned()],
        (Engine::Postgres, Schema::FastApi, 0) => vec!["truncate task".to_owned()],
        (Engine::Sqlite, _, 0) => vec!["delete from tasks; delete from owners".to_owned()],
        (Engine::Postgres, Schema::FastApi, _) => {
            vec![format!("delete from task where {new}"), "vacuum task".to_owned()]
        }
        (Engine::Postgres, Schema::Tasknook, _) => {
            vec![format!("delete from tasks where {of_owners} and {new}"), "vacuum tasks".to_owned()]
        }
        (Engine::Sqlite, ..) => vec![format!("delete from tasks where {of_owners} and {new}")],
    }
}

/// What takes away the rows that updates have left behind.
pub(crate) fn swept(engine: Engine) -> Vec<String> {
    if engine == Engine::Postgres { vec!["vacuum".to_owned()] } else { Vec::new() }
}

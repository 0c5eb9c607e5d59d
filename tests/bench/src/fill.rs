//! The SQL that fills a database with a dataset, and removes what a load has added.
//!
//! Rows lie in the order in which they would have come: all owners' first tasks, then all owners' second ones. The
//! rows of one owner's list are therefore on pages of their own. Their columns are those that the service writes: rows as
//! version 0.1.0 wrote them would be changed by the background jobs while a load is measured.

use domain::SearchRule;

use crate::databases::Schema;
use crate::dataset::{DESCRIPTION, Dataset, ID_PREFIX, OWNERS_FROM, TITLE};
use crate::load::Engine;

/// How many rows one statement makes, so that none runs for long.
const CHUNK: u64 = 200_000;

/// Every id that a subject creates is above this one; those of the dataset are below.
const NEW_IDS: &str = "00000001-0000-0000-0000-000000000000";

/// The statements that fill a database with the dataset.
pub(crate) fn tasks(engine: Engine, schema: Schema, dataset: Dataset) -> Vec<String> {
    let mut statements = Vec::new();
    if dataset.tasks() > 0 {
        if schema == Schema::Tasknook {
            statements.push(owners(engine, dataset));
        }
        let step = CHUNK / dataset.owners;
        let mut from = 1;
        while from <= dataset.tasks_each {
            let to = dataset.tasks_each.min(from + step - 1);
            statements.push(match (engine, schema) {
                (Engine::Postgres, Schema::Tasknook) => postgres(dataset, from, to),
                (Engine::Postgres, Schema::FastApi) => fastapi(dataset, from, to),
                (Engine::Sqlite, _) => sqlite(dataset, from, to),
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

fn owners(engine: Engine, dataset: Dataset) -> String {
    let (each, count) = (dataset.tasks_each, dataset.owners);
    let numbers = match engine {
        Engine::Postgres => format!("select generate_series(1, {count}) as number"),
        Engine::Sqlite => numbered("number", 1, count),
    };
    format!(
        "insert into owners (owner_id, revision, live_tasks)
         select cast({OWNERS_FROM} + number as text), {each}, {each} from ({numbers}) as numbers order by 1"
    )
}

fn postgres(dataset: Dataset, from: u64, to: u64) -> String {
    format!(
        "insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision,
             search_version, search_revision, position)
         select ({OWNERS_FROM} + owner)::text, {id}, '{TITLE} ' || task, '{DESCRIPTION}', false,
             '{title} ' || task || chr(31) || '{description}', {at}, {at}, task, {version}, task,
             'B' || lpad(to_hex({LAST_MILLISECOND} - ({MILLISECONDS})), 13, '0') || '{ID_PREFIX_INVERTED}'
                 || lpad(to_hex({LAST_NUMBER} - (owner - 1) * {each} - task), 12, '0')
         from generate_series({from}, {to}) as task, generate_series(1, {owners}) as owner
         order by task, owner",
        id = postgres_id(dataset),
        at = POSTGRES_TIME,
        version = SearchRule::CURRENT.version(),
        each = dataset.tasks_each,
        title = TITLE.to_lowercase(),
        description = DESCRIPTION.to_lowercase(),
        owners = dataset.owners,
    )
}

fn fastapi(dataset: Dataset, from: u64, to: u64) -> String {
    format!(
        "insert into task (user_id, id, title, description, completed, created_at, updated_at)
         select ({OWNERS_FROM} + owner)::text, {id}, '{TITLE} ' || task, '{DESCRIPTION}', false, {at}, {at}
         from generate_series({from}, {to}) as task, generate_series(1, {owners}) as owner
         order by task, owner",
        id = postgres_id(dataset),
        at = POSTGRES_TIME,
        owners = dataset.owners,
    )
}

/// When a task was created, in milliseconds since 1970.
const MILLISECONDS: &str = "1735689600000 + task * 60000 + owner";

/// The parts of a key of the manual order (`domain::OrderKey::derived`): the time before the end of the year 9999, and an id,
/// each subtracted from the largest one.
const LAST_MILLISECOND: i64 = 253_402_300_799_999;
const ID_PREFIX_INVERTED: &str = "ffffffffffff8fff7fff";
const LAST_NUMBER: u64 = (1 << 48) - 1;

const POSTGRES_TIME: &str =
    "timestamptz '2025-01-01T00:00:00Z' + task * interval '1 minute' + owner * interval '1 millisecond'";

fn postgres_id(dataset: Dataset) -> String {
    let each = dataset.tasks_each;
    format!("('{ID_PREFIX}' || lpad(to_hex((owner - 1) * {each} + task), 12, '0'))::uuid")
}

fn sqlite(dataset: Dataset, from: u64, to: u64) -> String {
    format!(
        "insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision,
             search_version, search_revision, position)
         select cast({OWNERS_FROM} + owner as text),
             unhex(printf('{prefix}%012x', (owner - 1) * {each} + task)), '{TITLE} ' || task, '{DESCRIPTION}', 0,
             '{title} ' || task || char(31) || '{description}', {MILLISECONDS}, {MILLISECONDS}, task, {version}, task,
             printf('B%013x{ID_PREFIX_INVERTED}%012x', {LAST_MILLISECOND} - ({MILLISECONDS}),
                 {LAST_NUMBER} - (owner - 1) * {each} - task)
         from ({tasks}) as tasks, ({owners}) as owners order by task, owner",
        prefix = ID_PREFIX.replace('-', ""),
        each = dataset.tasks_each,
        title = TITLE.to_lowercase(),
        description = DESCRIPTION.to_lowercase(),
        version = SearchRule::CURRENT.version(),
        tasks = numbered("task", from, to),
        owners = numbered("owner", 1, dataset.owners),
    )
}

/// A query for the numbers from one to another, which SQLite has no function for.
fn numbered(name: &str, from: u64, to: u64) -> String {
    format!(
        "with recursive numbers({name}) as (select {from} union all select {name} + 1 from numbers where {name} < {to})
         select {name} from numbers"
    )
}

/// The statements that remove the tasks that a load has created.
pub(crate) fn without_new_tasks(engine: Engine, schema: Schema, dataset: Dataset) -> Vec<String> {
    let new = match engine {
        Engine::Postgres => format!("id >= '{NEW_IDS}'"),
        Engine::Sqlite => format!("id >= x'{}'", NEW_IDS.replace('-', "")),
    };
    // A new task's revision is above those of the dataset, and the index on it avoids a scan of all of them.
    let each = dataset.tasks_each;
    let of_owners = format!("owner_id in (select owner_id from owners) and revision > {each}");
    match (engine, schema, dataset.tasks()) {
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

/// The statements that remove the dead rows of updates.
pub(crate) fn vacuum(engine: Engine) -> Vec<String> {
    if engine == Engine::Postgres { vec!["vacuum".to_owned()] } else { Vec::new() }
}

//! Repairs what can be derived from the tasks and tombstones: `live_tasks`, the owner's revision, a missing row of an
//! owner, and search texts.
//!
//! Each repair raises the owner's `version` and `revision`. A concurrent writer whose store was decided before thus
//! loses its race, and a client that has read the owner's list before learns that it is out of date.

use std::fmt;

use diesel::QueryResult;
use domain::search_document;

use super::checks::{FIRST, LIVE_TASKS, OWNER_MISSING, REVISION_BEHIND, wrong_texts};
use super::query::{TextRow, Value};
use super::{DoctorBackend, DoctorConnection, DoctorError};

/// How many owners are looked up at once.
const OWNERS: i64 = 1000;

/// What was repaired for one owner, in one transaction. Its `Display` is a line for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The owner's id.
    pub owner: String,
    /// What was changed.
    pub changes: Vec<String>,
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.owner, self.changes.join("; "))
    }
}

pub(super) fn run<B: DoctorBackend>(
    database: &B,
    on_repair: &mut dyn FnMut(Repair),
) -> Result<(), DoctorError> {
    let connection = &mut database.connect()?;
    for rule in [OWNER_MISSING, LIVE_TASKS, REVISION_BEHIND] {
        let mut after = String::new();
        loop {
            let rows =
                B::read_transaction(connection, |connection| rule.broken_by(connection, &after, OWNERS))?;
            let Some((last, ..)) = rows.last() else { break };
            after.clone_from(last);
            for (owner, ..) in rows {
                B::write_transaction(connection, |connection| repair(connection, &owner, &[]))?
                    .map(&mut *on_repair);
            }
        }
    }
    let mut after = FIRST;
    while let Some(wrong) = wrong_texts::<B>(connection, &mut after)? {
        for tasks in wrong.chunk_by(|one, next| one.0 == next.0) {
            let Some((owner, ..)) = tasks.first() else { continue };
            B::write_transaction(connection, |connection| repair(connection, owner, tasks))?
                .map(&mut *on_repair);
        }
    }
    Ok(())
}

/// Repairs what is still wrong with an owner once the row is locked.
fn repair<C: DoctorConnection>(
    connection: &mut C,
    owner: &str,
    tasks: &[TextRow],
) -> QueryResult<Option<Repair>> {
    let key = Value::Text(owner);
    let mut changes = Vec::new();
    if connection.run("insert into owners (owner_id) values (?) on conflict do nothing", &[key])? > 0 {
        changes.push("row in owners created".to_owned());
    }
    // This locks the row until the commit. Writers take the same lock before they write tasks.
    connection.run("update owners set version = version + 1 where owner_id = ?", &[key])?;
    let (live_tasks, live) = LIVE_TASKS.values(connection, owner)?;
    if live_tasks != live {
        changes.push(format!("live_tasks changed from {live_tasks} to {live}"));
    }
    let mut rewritten = 0;
    for (_, id, title, description, _) in tasks {
        let search = search_document(title, description.as_deref());
        let description = Value::Text(description.as_deref().unwrap_or_default());
        let (search, title) = (Value::Text(&search), Value::Text(title));
        // A task that was written since has its own search text again.
        let sql = "update tasks set search = ? where owner_id = ? and id = ? and title = ?
            and coalesce(description, '') = ? and search <> ? and deleted_at is null";
        rewritten += connection.run(sql, &[search, key, Value::Id(*id), title, description, search])?;
    }
    if rewritten > 0 {
        changes.push(format!("search texts rewritten: {rewritten}"));
    }
    let (revision, newest) = REVISION_BEHIND.values(connection, owner)?;
    if changes.is_empty() && revision >= newest {
        return Ok(None);
    }
    let next = revision.max(newest).saturating_add(1);
    let values = [Value::Number(next), Value::Number(live), key];
    connection.run("update owners set revision = ?, live_tasks = ? where owner_id = ?", &values)?;
    changes.push(format!("revision raised from {revision} to {next}"));
    Ok(Some(Repair { owner: owner.to_owned(), changes }))
}

//! Repairs what derives from tasks and tombstones: `live_tasks`, `trashed_tasks`, the owner's revision, a missing row in
//! `owners`, positions, and search texts.
//!
//! Each repair raises the owner's `version` and `revision` (`docs/decisions/0017-repairs-count-as-changes.md`), so that a
//! concurrent store loses its race and clients notice that their copy is stale.

use std::fmt;

use diesel::QueryResult;
use domain::{OwnerId, SearchRule};

use super::backend::{DoctorBackend, DoctorConnection, TextRow, Value};
use super::checks::{
    FIRST, LIVE_TASKS, OWNER_MISSING, POSITION_NOT_UNIQUE, REVISION_BEHIND, TRASHED_TASKS, wrong_texts,
};
use super::report::DoctorError;
use crate::backend::rows::search::{CURRENT_TEXT, IS_CURRENT};

/// Owners per page.
const OWNERS: usize = 1000;

/// The repair of one owner, in one transaction. Its `Display` is a line for the operator.
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
    let mut repair = |connection: &mut B::Connection, owner: &str, tasks: &[TextRow]| {
        let repair = B::transaction(connection, true, |connection| repair(connection, owner, tasks));
        repair.map(|repair| {
            if let (Some(_), Ok(owner)) = (&repair, OwnerId::parse(owner)) {
                B::report(connection, &[&owner]);
            }
            repair.into_iter().for_each(&mut *on_repair);
        })
    };
    for rule in [OWNER_MISSING, LIVE_TASKS, TRASHED_TASKS, POSITION_NOT_UNIQUE, REVISION_BEHIND] {
        let mut after = String::new();
        loop {
            let rows = rule.violations::<B>(connection, &after, OWNERS)?;
            let Some((last, ..)) = rows.last() else { break };
            after.clone_from(last);
            for (owner, ..) in rows {
                repair(connection, &owner, &[])?;
            }
        }
    }
    let mut after = FIRST;
    while let Some(wrong) = wrong_texts::<B>(connection, &mut after)? {
        for tasks in wrong.chunk_by(|one, next| one.0 == next.0) {
            let Some((owner, ..)) = tasks.first() else { continue };
            repair(connection, owner, tasks)?;
        }
    }
    Ok(())
}

/// Repairs what is still wrong with an owner after locking its row.
fn repair<C: DoctorConnection>(
    connection: &mut C,
    owner: &str,
    tasks: &[TextRow],
) -> QueryResult<Option<Repair>> {
    let key = Value::Text(owner);
    let mut changes = Vec::new();
    if connection.write_rows("insert into owners (owner_id) values (?) on conflict do nothing", &[key])? > 0 {
        changes.push("row in owners created".to_owned());
    }
    // This locks the row until the commit. Writers take the same lock before they write tasks.
    connection.write_rows("update owners set version = version + 1 where owner_id = ?", &[key])?;
    let (live_tasks, live) = LIVE_TASKS.values(connection, owner)?;
    if live_tasks != live {
        changes.push(format!("live_tasks changed from {live_tasks} to {live}"));
    }
    let (trashed_tasks, trashed) = TRASHED_TASKS.values(connection, owner)?;
    if trashed_tasks != trashed {
        changes.push(format!("trashed_tasks changed from {trashed_tasks} to {trashed}"));
    }
    // All but one of those with the same key. Without one it derives from the time of creation.
    let equal = "update tasks set position = null where owner_id = ? and id in (select id from (
        select id, row_number() over (partition by position order by id) as number from tasks
        where owner_id = ? and position is not null) as numbered where number > 1)";
    let cleared = connection.write_rows(equal, &[key, key])?;
    if cleared > 0 {
        changes.push(format!("positions cleared: {cleared}"));
    }
    let mut rewritten = 0;
    // The condition skips a task that was written since: its search text is correct again.
    let sql = format!(
        "update tasks set search = ?, search_text = nullif(?, ?), search_version = {}, search_revision = revision
        where owner_id = ? and id = ? and title = ? and coalesce(description, '') = ?
            and not (search = ? and {IS_CURRENT} and {CURRENT_TEXT} = ?)",
        SearchRule::CURRENT.version()
    );
    for (_, id, title, description, ..) in tasks {
        let document = |rule: SearchRule| rule.document(title, description.as_deref());
        let [search, text] = [SearchRule::Case, SearchRule::CURRENT].map(document);
        let (search, text) = (Value::Text(&search), Value::Text(&text));
        let (title, description) =
            (Value::Text(title), Value::Text(description.as_deref().unwrap_or_default()));
        let values = [search, text, search, key, Value::Id(*id), title, description, search, text];
        rewritten += connection.write_rows(&sql, &values)?;
    }
    if rewritten > 0 {
        changes.push(format!("search texts rewritten: {rewritten}"));
    }
    let (revision, newest) = REVISION_BEHIND.values(connection, owner)?;
    if changes.is_empty() && revision >= newest {
        return Ok(None);
    }
    let next = revision.max(newest).saturating_add(1);
    let values = [Value::Number(next), Value::Number(live), Value::Number(trashed), key];
    let sql = "update owners set revision = ?, live_tasks = ?, trashed_tasks = ? where owner_id = ?";
    connection.write_rows(sql, &values)?;
    changes.push(format!("revision raised from {revision} to {next}"));
    Ok(Some(Repair { owner: owner.to_owned(), changes }))
}

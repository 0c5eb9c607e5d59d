//! The checks. Each has its own transaction, so that an error of one does not stop the others.

use diesel::QueryResult;
use diesel::result::Error as DieselError;
use domain::{SearchRule, TaskId};
use uuid::Uuid;

use super::backend::{DoctorBackend, DoctorConnection, OwnerCounts, TextRow, Value};
use super::report::{DoctorError, DoctorFinding, DoctorReport, Found, Remedy};
use crate::backend::rows::search::{CURRENT_TEXT, IS_CURRENT};
use crate::migrations;

/// Rows per page: a few megabytes with the longest texts.
const PAGE: i64 = 500;

/// A rule about the rows of each owner.
pub(super) struct CheckRule {
    /// Selects `owner_id`, `stored` and `actual`.
    select: &'static str,
    /// The condition of a violation.
    violated: &'static str,
    /// With `{stored}` and `{actual}`.
    message: &'static str,
    remedy: Remedy,
}

pub(super) const OWNER_MISSING: CheckRule = CheckRule {
    select: "select owner_id, cast(0 as bigint) as stored, count(*) as actual from (
            select owner_id from tasks union all select owner_id from tombstones
            union all select owner_id from idempotency_keys union all select owner_id from lists) as object
        where not exists (select 1 from owners where owners.owner_id = object.owner_id) group by owner_id",
    violated: "actual > 0",
    message: "no row in owners; tasks, tombstones, keys and lists: {actual}",
    remedy: Remedy::Repair,
};

pub(super) const LIVE_TASKS: CheckRule = CheckRule {
    select: "select owner_id, cast(live_tasks as bigint) as stored, (select count(*) from tasks
            where tasks.owner_id = owners.owner_id and deleted_at is null) as actual from owners",
    violated: "stored <> actual",
    message: "live_tasks is {stored}; live tasks: {actual}",
    remedy: Remedy::Repair,
};

pub(super) const TRASHED_TASKS: CheckRule = CheckRule {
    select: "select owner_id, cast(trashed_tasks as bigint) as stored, (select count(*) from tasks
            where tasks.owner_id = owners.owner_id and deleted_at is not null and title <> '') as actual from owners",
    violated: "stored <> actual",
    message: "trashed_tasks is {stored}; tasks in the trash: {actual}",
    remedy: Remedy::Repair,
};

pub(super) const REVISION_BEHIND: CheckRule = CheckRule {
    select: "select owner_id, revision as stored, (select max(revision) from (
            select pruned_revision as revision from owners as self where self.owner_id = owners.owner_id
            union all select revision from tasks where tasks.owner_id = owners.owner_id
            union all select revision from tombstones where tombstones.owner_id = owners.owner_id
            union all select revision from lists where lists.owner_id = owners.owner_id
        ) as object) as actual from owners",
    violated: "stored < actual",
    message: "the owner's revision is {stored}, the highest of a task, list or tombstone {actual}",
    remedy: Remedy::Repair,
};

pub(super) const POSITION_NOT_UNIQUE: CheckRule = CheckRule {
    select: "select owner_id, cast(0 as bigint) as stored, (select coalesce(cast(sum(tasks) as bigint), 0) from (
            select count(*) as tasks from tasks where tasks.owner_id = owners.owner_id and position is not null
            group by position having count(*) > 1) as equal) as actual from owners",
    violated: "actual > 0",
    message: "tasks that share a position: {actual}",
    remedy: Remedy::Repair,
};

/// A rule that no row may violate and no repair can restore.
const fn contradiction(select: &'static str, message: &'static str) -> CheckRule {
    CheckRule { select, violated: "actual > 0", message, remedy: Remedy::Decide }
}

const REVISION_NOT_UNIQUE: CheckRule = contradiction(
    "select owner_id, cast(0 as bigint) as stored, cast(sum(objects) as bigint) as actual from (
            select owner_id, count(*) as objects from (
                select owner_id, revision from tasks union all select owner_id, revision from tombstones
                union all select owner_id, revision from lists
            ) as object group by owner_id, revision having count(*) > 1 or revision < 1
        ) as wrong group by owner_id",
    "tasks, lists and tombstones that share a revision, or have one below 1: {actual}",
);

const STORED_AND_DELETED: CheckRule = contradiction(
    "select tasks.owner_id, cast(0 as bigint) as stored, count(*) as actual from tasks
        join tombstones on tombstones.owner_id = tasks.owner_id and tombstones.object_id = tasks.id
        where tombstones.type = 'task' and tasks.title <> '' group by tasks.owner_id",
    "tasks that have a tombstone: {actual}",
);

/// Rows of version 0.1.0 for deleted tasks have no texts.
const RETIRED_WITH_TEXTS: CheckRule = contradiction(
    "select owner_id, cast(0 as bigint) as stored, count(*) as actual from tasks where deleted_at is not null
        and title = '' and (description is not null or search <> '') group by owner_id",
    "deleted tasks that still have texts: {actual}",
);

const IN_AN_UNKNOWN_LIST: CheckRule = contradiction(
    "select owner_id, cast(0 as bigint) as stored, count(*) as actual from tasks where list_id is not null
        and not exists (select 1 from lists where lists.owner_id = tasks.owner_id and lists.id = list_id)
        group by owner_id",
    "tasks in a list that does not exist: {actual}",
);

const KEY_OF_ANOTHER_SIZE: CheckRule = contradiction(
    "select owner_id, cast(0 as bigint) as stored, count(*) as actual from idempotency_keys
        where end_byte - start_byte <> length(response) group by owner_id",
    "recorded requests of another size than their responses: {actual}",
);

const OWNER_CHECKS: [(&str, &str, &[CheckRule]); 8] = [
    ("owners", "every task, tombstone, key and list belongs to a row in owners", &[OWNER_MISSING]),
    ("live tasks", "each owner's live_tasks is the number of their live tasks", &[LIVE_TASKS]),
    ("trash", "each owner's trashed_tasks is the number of their tasks in the trash", &[TRASHED_TASKS]),
    (
        "revisions",
        "each task, list and tombstone has its own revision, from 1 to its owner's",
        &[REVISION_BEHIND, REVISION_NOT_UNIQUE],
    ),
    (
        "tombstones",
        "no task has a tombstone, live or in the trash; tasks deleted for good have no texts",
        &[STORED_AND_DELETED, RETIRED_WITH_TEXTS],
    ),
    ("positions", "each task has its own position", &[POSITION_NOT_UNIQUE]),
    ("lists", "each task is in no list, or in one of its owner's", &[IN_AN_UNKNOWN_LIST]),
    ("keys", "each recorded request has the size of its response", &[KEY_OF_ANOTHER_SIZE]),
];

impl CheckRule {
    fn finding(&self, (owner, stored, actual, _): &OwnerCounts) -> DoctorFinding {
        let message = self.message.replace("{stored}", &stored.to_string());
        self.remedy.finding(format!("{owner:?}: {}", message.replace("{actual}", &actual.to_string())))
    }

    /// The first owners after this one that violate the rule.
    pub(super) fn violations<B: DoctorBackend>(
        &self,
        connection: &mut B::Connection,
        after: &str,
        limit: usize,
    ) -> QueryResult<Vec<OwnerCounts>> {
        let sql = format!(
            "select owner_id, stored, actual, count(*) over () from ({}) as found
            where {} and owner_id > ? order by owner_id limit ?",
            self.select, self.violated
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [Value::Text(after), Value::Number(limit)];
        B::transaction(connection, false, |connection| connection.owner_rows(&sql, &values))
    }

    /// The stored and the actual value of an existing owner.
    pub(super) fn values<C: DoctorConnection>(
        &self,
        connection: &mut C,
        owner: &str,
    ) -> QueryResult<(i64, i64)> {
        let sql = format!(
            "select owner_id, stored, actual, cast(1 as bigint) from ({}) as found where owner_id = ?",
            self.select
        );
        let rows = connection.owner_rows(&sql, &[Value::Text(owner)])?;
        rows.first().map(|(_, stored, actual, _)| (*stored, *actual)).ok_or(DieselError::NotFound)
    }
}

pub(super) fn run<B: DoctorBackend>(database: &B) -> Result<DoctorReport, DoctorError> {
    let connection = &mut database.connect_to_check()?;
    let mut report = DoctorReport { checks: Vec::new() };
    report.add(
        "schema",
        "all migrations of this build have run, no others, and the encoding stores every text",
        schema::<B>(connection),
    );
    report.add("integrity", "the database can read everything it has stored", integrity::<B>(connection));
    // Otherwise the meaning of the rows is unknown.
    let remedies: Vec<_> =
        report.remedies().into_iter().filter(|remedy| *remedy != Remedy::Recreate).collect();
    let readable = match remedies.as_slice() {
        [] | [Remedy::NewerBuild] => Ok(()),
        [Remedy::Migrate, ..] => Err("the schema is not up to date".to_owned()),
        _ => Err("the integrity check failed".to_owned()),
    };
    for (name, condition, rules) in OWNER_CHECKS {
        let check = |()| owners::<B>(connection, rules).map_err(reason);
        report.add(name, condition, readable.clone().and_then(check));
    }
    let found = readable.and_then(|()| texts::<B>(connection).map_err(reason));
    report.add("texts", "each task is searched by its own texts", found);
    Ok(report)
}

/// Why a check was not carried out. An error of a statement does not mean damage, except for those of [`integrity`].
#[expect(clippy::needless_pass_by_value, reason = "it is for `map_err`")]
fn reason(error: DieselError) -> String {
    error.to_string()
}

fn schema<B: DoctorBackend>(connection: &mut B::Connection) -> Found {
    let found = B::transaction(connection, false, migrations::differences::<B>);
    let (pending, unknown) = found.map_err(reason)?;
    let encoding = B::transaction(connection, false, B::wrong_encoding).map_err(reason)?;
    let encoding = encoding.iter().map(|error| Remedy::Recreate.finding(error.to_string()));
    let pending = pending.iter().map(|name| Remedy::Migrate.finding(format!("migration {name} has not run")));
    let unknown = unknown.iter().map(|version| {
        Remedy::NewerBuild.finding(format!("migration {version} has run and is unknown to this build"))
    });
    Ok((encoding.chain(pending).chain(unknown).collect(), 0))
}

fn integrity<B: DoctorBackend>(connection: &mut B::Connection) -> Found {
    match B::integrity(connection).map_err(reason) {
        Err(message) if B::is_damage(&message) => Ok((vec![Remedy::Restore.finding(message)], 0)),
        found => found.map(|findings| (findings, 0)),
    }
}

fn owners<B: DoctorBackend>(
    connection: &mut B::Connection,
    rules: &[CheckRule],
) -> QueryResult<(Vec<DoctorFinding>, u64)> {
    let (mut findings, mut more) = (Vec::new(), 0);
    for rule in rules {
        let rows = rule.violations::<B>(connection, "", DoctorReport::MAX_FINDINGS)?;
        more += rows.first().map_or(0, |row| row.3.unsigned_abs()) - rows.len() as u64;
        findings.extend(rows.iter().map(|row| rule.finding(row)));
    }
    Ok((findings, more))
}

fn texts<B: DoctorBackend>(connection: &mut B::Connection) -> QueryResult<(Vec<DoctorFinding>, u64)> {
    let (mut listed, mut more, mut last): (Vec<(String, u64)>, _, _) = (Vec::new(), 0, String::new());
    let mut after = FIRST;
    while let Some(wrong) = wrong_texts::<B>(connection, &mut after)? {
        for (owner, ..) in wrong {
            if let Some((_, tasks)) = listed.last_mut().filter(|(listed, _)| *listed == owner) {
                *tasks += 1;
            } else if listed.len() < DoctorReport::MAX_FINDINGS {
                listed.push((owner, 1));
            } else if last != owner {
                (last, more) = (owner, more + 1);
            }
        }
    }
    let finding = |(owner, tasks)| {
        let message = format!("{owner:?}: tasks that are searched by other texts than their own: {tasks}");
        Remedy::Repair.finding(message)
    };
    Ok((listed.into_iter().map(finding).collect(), more))
}

/// Before the first row.
pub(super) const FIRST: (String, TaskId) = (String::new(), TaskId::new(Uuid::nil()));

/// Reads a page of tasks and moves `after` to its end; returns those with wrong search texts, or `None` at the end. The
/// search text is computed by the domain, hence not compared in SQL.
pub(super) fn wrong_texts<B: DoctorBackend>(
    connection: &mut B::Connection,
    after: &mut (String, TaskId),
) -> QueryResult<Option<Vec<TextRow>>> {
    let sql = format!(
        "select owner_id, id, title, description, search, case when {IS_CURRENT} then {CURRENT_TEXT} end from tasks
        where (owner_id, id) > (?, ?) and title <> '' order by owner_id, id limit ?"
    );
    let values = [Value::Text(&after.0), Value::Id(after.1), Value::Number(PAGE)];
    let mut rows = B::transaction(connection, false, |connection| connection.text_rows(&sql, &values))?;
    let Some((owner, id, ..)) = rows.last() else { return Ok(None) };
    *after = (owner.clone(), *id);
    rows.retain(|(_, _, title, description, search, current)| {
        let document = |rule: SearchRule| rule.document(title, description.as_deref());
        *search != document(SearchRule::Case)
            || current.as_ref().is_some_and(|current| *current != document(SearchRule::CURRENT))
    });
    Ok(Some(rows))
}

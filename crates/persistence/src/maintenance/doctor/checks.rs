//! The checks. Each has a transaction of its own, so that an error of one does not stop the others.

use diesel::QueryResult;
use diesel::result::Error as DieselError;
use domain::{TaskId, search_document};
use uuid::Uuid;

use super::query::{OwnerRow, TextRow, Value};
use super::report::{Check, Finding, Found, Remedy, Report};
use super::{DoctorBackend, DoctorConnection, DoctorError};
use crate::migrations;

/// Rows that are read at once: a few megabytes when every text is as long as it may be.
const PAGE: i64 = 500;

/// A rule about the rows of each owner.
pub(super) struct Rule {
    /// Selects `owner_id`, `stored` and `actual`.
    select: &'static str,
    /// Which of them break the rule.
    broken: &'static str,
    /// With `{stored}` and `{actual}`.
    message: &'static str,
    remedy: Remedy,
}

pub(super) const OWNER_MISSING: Rule = Rule {
    select: "select owner_id, cast(0 as bigint) as stored, count(*) as actual from (
            select owner_id from tasks union all select owner_id from tombstones
        ) as object
        where not exists (select 1 from owners where owners.owner_id = object.owner_id) group by owner_id",
    broken: "actual > 0",
    message: "no row in owners; tasks and tombstones: {actual}",
    remedy: Remedy::Repair,
};

pub(super) const LIVE_TASKS: Rule = Rule {
    select: "select owner_id, cast(live_tasks as bigint) as stored, (
            select count(*) from tasks where tasks.owner_id = owners.owner_id and deleted_at is null
        ) as actual from owners",
    broken: "stored <> actual",
    message: "live_tasks is {stored}; live tasks: {actual}",
    remedy: Remedy::Repair,
};

pub(super) const REVISION_BEHIND: Rule = Rule {
    select: "select owner_id, revision as stored, (
            select max(revision) from (
                select pruned_revision as revision
                union all select revision from tasks where tasks.owner_id = owners.owner_id
                union all select revision from tombstones where tombstones.owner_id = owners.owner_id
            ) as object
        ) as actual from owners",
    broken: "stored < actual",
    message: "the owner's revision is {stored}, the highest of a task or tombstone {actual}",
    remedy: Remedy::Repair,
};

const REVISION_NOT_UNIQUE: Rule = Rule {
    select: "select owner_id, cast(0 as bigint) as stored, cast(sum(objects) as bigint) as actual from (
            select owner_id, count(*) as objects from (
                select owner_id, revision from tasks union all select owner_id, revision from tombstones
            ) as object group by owner_id, revision having count(*) > 1 or revision < 1
        ) as wrong group by owner_id",
    broken: "actual > 0",
    message: "tasks and tombstones that share a revision, or have one below 1: {actual}",
    remedy: Remedy::Decide,
};

const LIVE_AND_DELETED: Rule = Rule {
    select: "select tasks.owner_id, cast(0 as bigint) as stored, count(*) as actual from tasks
        join tombstones on tombstones.owner_id = tasks.owner_id and tombstones.object_id = tasks.id
        where tombstones.type = 'task' and tasks.deleted_at is null group by tasks.owner_id",
    broken: "actual > 0",
    message: "live tasks that have a tombstone: {actual}",
    remedy: Remedy::Decide,
};

/// Rows that version 0.1.0 left for deleted tasks have no texts.
const DELETED_WITH_TEXTS: Rule = Rule {
    select: "select owner_id, cast(0 as bigint) as stored, count(*) as actual from tasks
        where deleted_at is not null and (title <> '' or description is not null or search <> '')
        group by owner_id",
    broken: "actual > 0",
    message: "deleted tasks that still have texts: {actual}",
    remedy: Remedy::Decide,
};

type OwnerCheck = (&'static str, &'static str, &'static [Rule]);

const OWNER_CHECKS: [OwnerCheck; 4] = [
    ("owners", "every task and tombstone belongs to a row in owners", &[OWNER_MISSING]),
    ("live tasks", "each owner's live_tasks is the number of their live tasks", &[LIVE_TASKS]),
    (
        "revisions",
        "each task and tombstone has its own revision, from 1 to its owner's",
        &[REVISION_BEHIND, REVISION_NOT_UNIQUE],
    ),
    (
        "tombstones",
        "no live task has a tombstone, no deleted one has texts",
        &[LIVE_AND_DELETED, DELETED_WITH_TEXTS],
    ),
];

impl Rule {
    fn finding(&self, (owner, stored, actual, _): &OwnerRow) -> Finding {
        let message = self.message.replace("{stored}", &stored.to_string());
        let message = message.replace("{actual}", &actual.to_string());
        Finding { message: format!("{owner:?}: {message}"), remedy: self.remedy }
    }

    /// The first owners after this one who break the rule.
    pub(super) fn broken_by<C: DoctorConnection>(
        &self,
        connection: &mut C,
        after: &str,
        limit: i64,
    ) -> QueryResult<Vec<OwnerRow>> {
        let sql = format!(
            "select owner_id, stored, actual, count(*) over () from ({}) as found
            where {} and owner_id > ? order by owner_id limit ?",
            self.select, self.broken
        );
        connection.owner_rows(&sql, &[Value::Text(after), Value::Number(limit)])
    }

    /// The stored value and the actual one of an owner who has a row.
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

pub(super) fn run<B: DoctorBackend>(database: &B) -> Result<Report, DoctorError> {
    let connection = &mut database.connect_to_check()?;
    let mut checks = vec![
        Check::new("schema", "all migrations of this build have run, and no others", schema::<B>(connection)),
        Check::new("integrity", "the database can read everything it has stored", integrity::<B>(connection)),
    ];
    let report = Report { checks };
    // What the rows mean is not known then.
    let readable = match report.remedies().as_slice() {
        [] | [Remedy::NewerBuild] => Ok(()),
        [Remedy::Migrate, ..] => Err("the schema is not up to date".to_owned()),
        _ => Err("the integrity check failed".to_owned()),
    };
    checks = report.checks;
    for (name, condition, rules) in OWNER_CHECKS {
        let found = readable.clone().and_then(|()| owners::<B>(connection, rules).map_err(reason));
        checks.push(Check::new(name, condition, found));
    }
    let found = readable.and_then(|()| texts::<B>(connection).map_err(reason));
    checks.push(Check::new("texts", "each task is searched by its own texts", found));
    Ok(Report { checks })
}

/// Why a check was not carried out. No error of a statement means damage, but for those of [`integrity`].
#[expect(clippy::needless_pass_by_value, reason = "it is for `map_err`")]
fn reason(error: DieselError) -> String {
    error.to_string()
}

fn schema<B: DoctorBackend>(connection: &mut B::Connection) -> Found {
    let found = B::read_transaction(connection, migrations::differences::<B>);
    let (pending, unknown) = found.map_err(reason)?;
    let pending = pending
        .into_iter()
        .map(|name| Finding { message: format!("migration {name} has not run"), remedy: Remedy::Migrate });
    let unknown = unknown.into_iter().map(|version| Finding {
        message: format!("migration {version} has run and is unknown to this build"),
        remedy: Remedy::NewerBuild,
    });
    Ok((pending.chain(unknown).collect(), 0))
}

fn integrity<B: DoctorBackend>(connection: &mut B::Connection) -> Found {
    match B::integrity(connection).map_err(reason) {
        Ok(findings) => Ok((findings, 0)),
        Err(message) if B::is_damage(&message) => Ok((vec![Finding { message, remedy: Remedy::Restore }], 0)),
        Err(reason) => Err(reason),
    }
}

fn owners<B: DoctorBackend>(
    connection: &mut B::Connection,
    rules: &[Rule],
) -> QueryResult<(Vec<Finding>, u64)> {
    let (mut findings, mut more) = (Vec::new(), 0);
    for rule in rules {
        let limit = i64::try_from(Report::MAX_FINDINGS).unwrap_or(i64::MAX);
        let rows = B::read_transaction(connection, |connection| rule.broken_by(connection, "", limit))?;
        more += rows.first().map_or(0, |row| row.3.unsigned_abs()) - rows.len() as u64;
        findings.extend(rows.iter().map(|row| rule.finding(row)));
    }
    Ok((findings, more))
}

fn texts<B: DoctorBackend>(connection: &mut B::Connection) -> QueryResult<(Vec<Finding>, u64)> {
    let mut owners: Vec<(String, u64)> = Vec::new();
    let (mut total, mut last) = (0, String::new());
    let mut after = FIRST;
    while let Some(wrong) = wrong_texts::<B>(connection, &mut after)? {
        for (owner, ..) in wrong {
            if owner != last {
                total += 1;
                last.clone_from(&owner);
                if owners.len() < Report::MAX_FINDINGS {
                    owners.push((owner, 1));
                }
            } else if let Some((_, tasks)) = owners.last_mut().filter(|(listed, _)| *listed == owner) {
                *tasks += 1;
            }
        }
    }
    let more = total - owners.len() as u64;
    let finding = |(owner, tasks)| Finding {
        message: format!("{owner:?}: tasks that are searched by other texts than their own: {tasks}"),
        remedy: Remedy::Repair,
    };
    Ok((owners.into_iter().map(finding).collect(), more))
}

/// Before the first row.
pub(super) const FIRST: (String, TaskId) = (String::new(), TaskId::new(Uuid::nil()));

/// Reads a page of tasks and moves `after` to its end; gives those with wrong search texts, or nothing at the end. The
/// search text is made by the domain, hence not compared in SQL.
pub(super) fn wrong_texts<B: DoctorBackend>(
    connection: &mut B::Connection,
    after: &mut (String, TaskId),
) -> QueryResult<Option<Vec<TextRow>>> {
    let sql = "select owner_id, id, title, description, search from tasks
        where (owner_id, id) > (?, ?) and deleted_at is null order by owner_id, id limit ?";
    let values = [Value::Text(&after.0), Value::Id(after.1), Value::Number(PAGE)];
    let mut rows = B::read_transaction(connection, |connection| connection.text_rows(sql, &values))?;
    let Some((owner, id, ..)) = rows.last() else { return Ok(None) };
    *after = (owner.clone(), *id);
    rows.retain(|(_, _, title, description, search)| {
        *search != search_document(title, description.as_deref())
    });
    Ok(Some(rows))
}

//! Mending, owner by owner.
//!
//! A transaction holds the owner's row before it looks at a task, as every writer does, and works out under that lock
//! what is wrong; what the examination saw may be long past.
//!
//! Of tasks that share a revision each gets a new one: nobody can know which of them a client has seen under the
//! number. With the new ones the clients' `ETag`s hold no longer, and a feed of changes tells all of these tasks again.
//! The owner's revision goes up with every repair, so that a list that was read before is known to be old.

use diesel::QueryResult;
use diesel::sql_types::Text;
use domain::TaskId;

use super::error::DoctorError;
use super::examination::Examination;
use super::examined::{Bedside, Examined};
use super::repairs::{Deed, Repair, Repairs};
use super::said::{Reads, Runs, Said, Value};
use super::texts::{TextColumns, TextRow};
use super::{ledger, texts};

pub(super) fn repair<D: Examined>(dialect: &D, found: &Examination) -> Repairs {
    let mut repairs = Repairs::default();
    if found.can_be_mended() {
        repairs.stopped_by = mend(dialect, &mut repairs).err();
    }
    repairs
}

fn mend<D: Examined>(dialect: &D, repairs: &mut Repairs) -> Result<(), DoctorError> {
    let mut connection = dialect.connect_to_migrate()?;
    let mut after = String::new();
    loop {
        let owners = D::reading(&mut connection, |connection| ledger::disagreeing(connection, &after))?;
        let Some(last) = owners.last() else { break };
        after.clone_from(last);
        for owner in owners {
            let deeds = D::writing(&mut connection, |connection| settle::<D>(connection, &owner))?;
            note(repairs, owner, deeds);
        }
    }
    mend_texts::<D>(&mut connection, repairs)
}

fn note(repairs: &mut Repairs, owner: String, deeds: Vec<Deed>) {
    if !deeds.is_empty() {
        repairs.done.push(Repair { owner, deeds });
    }
}

/// Makes the owner's row agree with the tasks.
fn settle<D: Examined>(connection: &mut D::Connection, owner: &str) -> QueryResult<Vec<Deed>> {
    let mut deeds = Vec::new();
    if enrol(connection, owner)? {
        deeds.push(Deed::Enrolled);
    }
    lock::<D>(connection, owner)?;
    let Some((revision, live_tasks, live, newest, low, shared)) = ledger::account(connection, owner)? else {
        return Ok(deeds);
    };
    if revision >= newest && live_tasks == live && low == 0 && shared == 0 && deeds.is_empty() {
        return Ok(deeds);
    }
    if live_tasks != live {
        deeds.push(Deed::Counted { from: live_tasks, to: live });
    }
    let mut last = revision.max(newest);
    if low > 0 || shared > 0 {
        let renewed = renumber(connection, owner, last)?;
        deeds.push(Deed::Renumbered { first: last.saturating_add(1), last: last.saturating_add(renewed) });
        last = last.saturating_add(renewed);
    } else {
        last = last.saturating_add(1);
    }
    let values = [Value::Number(last), Value::Number(live), Value::Text(owner)];
    let kept = "update owners set revision = ?, live_tasks = ? where owner_id = ?";
    connection.run(Said::new(kept, &values))?;
    deeds.push(Deed::Raised { from: revision, to: last });
    Ok(deeds)
}

/// Gives the owner a row when there is none.
fn enrol<C: Bedside>(connection: &mut C, owner: &str) -> QueryResult<bool> {
    let values = [Value::Text(owner)];
    let sql = "insert into owners (owner_id, revision, live_tasks) values (?, 0, 0) on conflict do nothing";
    Ok(connection.run(Said::new(sql, &values))? > 0)
}

/// Keeps the owner's writers out until the transaction ends.
fn lock<D: Examined>(connection: &mut D::Connection, owner: &str) -> QueryResult<()> {
    let values = [Value::Text(owner)];
    let sql = format!("select owner_id from owners where owner_id = ?{}", D::LOCK);
    let _: Vec<String> = connection.read(Said::<Text>::new(sql, &values))?;
    Ok(())
}

/// Gives new revisions above `last` to tasks that have none of their own, and tells how many these are.
fn renumber<C: Bedside>(connection: &mut C, owner: &str, last: i64) -> QueryResult<i64> {
    let values = [Value::Number(last), Value::Text(owner), Value::Text(owner)];
    let sql = "update tasks set revision = ? + step from (
            select id, row_number() over (order by revision, updated_at, id) as step from (
                select id, revision, updated_at, count(*) over (partition by revision) as sharing
                from tasks where owner_id = ?
            ) as numbered where sharing > 1 or revision < 1
        ) as renewed where tasks.owner_id = ? and tasks.id = renewed.id";
    let renewed = connection.run(Said::new(sql, &values))?;
    Ok(i64::try_from(renewed).unwrap_or(i64::MAX))
}

fn mend_texts<D: Examined>(connection: &mut D::Connection, repairs: &mut Repairs) -> Result<(), DoctorError> {
    let mut after = texts::begin();
    loop {
        let rows = D::reading(connection, |connection| texts::page(connection, &after))?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.owner.clone(), last.id);
        let wrong: Vec<TextRow> = rows.into_iter().filter(TextRow::is_wrong).collect();
        for of_owner in wrong.chunk_by(|one, next| one.owner == next.owner) {
            let Some(first) = of_owner.first() else { continue };
            let deeds =
                D::writing(connection, |connection| rewrite::<D>(connection, &first.owner, of_owner))?;
            note(repairs, first.owner.clone(), deeds);
        }
    }
}

/// Writes the texts of these rows as they should be, when they still are not.
fn rewrite<D: Examined>(
    connection: &mut D::Connection,
    owner: &str,
    rows: &[TextRow],
) -> QueryResult<Vec<Deed>> {
    lock::<D>(connection, owner)?;
    let (mut tasks, mut tombstones) = (0, 0);
    for seen in rows {
        let Some(row) = again(connection, owner, seen.id)?.filter(TextRow::is_wrong) else { continue };
        if row.is_deleted {
            let values = [Value::Text(owner), Value::Id(row.id)];
            let sql =
                "update tasks set title = '', description = null, search = '' where owner_id = ? and id = ?";
            connection.run(Said::new(sql, &values))?;
            tombstones += 1;
        } else {
            let search = row.document();
            let values = [Value::Text(&search), Value::Text(owner), Value::Id(row.id)];
            let sql = "update tasks set search = ? where owner_id = ? and id = ?";
            connection.run(Said::new(sql, &values))?;
            tasks += 1;
        }
    }
    let mut deeds = Vec::new();
    if tasks > 0 {
        deeds.push(Deed::Indexed { tasks });
    }
    if tombstones > 0 {
        deeds.push(Deed::Erased { tasks: tombstones });
    }
    if !deeds.is_empty() {
        deeds.extend(advance(connection, owner)?);
    }
    Ok(deeds)
}

fn again<C: Bedside>(connection: &mut C, owner: &str, id: TaskId) -> QueryResult<Option<TextRow>> {
    let values = [Value::Text(owner), Value::Id(id)];
    let sql = "select owner_id, id, title, description, search, deleted_at is not null from tasks
        where owner_id = ? and id = ?";
    let rows: Vec<TextRow> = connection.read(Said::<TextColumns>::new(sql, &values))?;
    Ok(rows.into_iter().next())
}

fn advance<C: Bedside>(connection: &mut C, owner: &str) -> QueryResult<Option<Deed>> {
    let values = [Value::Text(owner)];
    connection.run(Said::new("update owners set revision = revision + 1 where owner_id = ?", &values))?;
    let account = ledger::account(connection, owner)?;
    Ok(account.map(|account| Deed::Raised { from: account.0 - 1, to: account.0 }))
}

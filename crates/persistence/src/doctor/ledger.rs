//! What each owner's row says, beside what the owner's tasks are.

use diesel::QueryResult;
use diesel::sql_types::{BigInt, Text};

use super::examination::{Examination, Subject};
use super::examined::Bedside;
use super::finding::Finding;
use super::listed::Listed;
use super::said::{Said, Value};

/// How many owners are looked up at once to be mended.
const OWNERS_AT_ONCE: i64 = 1000;

/// The kind of finding, the owner, what is kept, what was counted, and how many owners have a finding of that kind.
pub(crate) type Suspicion = (String, String, i64, i64, i64);
pub(crate) type SuspicionColumns = (Text, Text, BigInt, BigInt, BigInt);

/// Of one owner: the revision and `live_tasks` as kept; of the tasks, how many are live, the highest revision, how many
/// have one below 1, and how many share one.
pub(crate) type Account = (i64, i64, i64, i64, i64, i64);
pub(crate) type AccountColumns = (BigInt, BigInt, BigInt, BigInt, BigInt, BigInt);

/// The tasks by their owners, all of them or those of one.
fn counted(condition: &str) -> String {
    format!(
        "select owner_id, cast(sum(live) as bigint) as live, max(revision) as newest,
            cast(coalesce(sum(sharing) filter (where revision < 1), 0) as bigint) as low,
            cast(coalesce(sum(sharing) filter (where sharing > 1), 0) as bigint) as shared
        from (
            select owner_id, revision, count(*) as sharing, count(*) filter (where deleted_at is null) as live
            from tasks {condition} group by owner_id, revision
        ) as numbered group by owner_id"
    )
}

/// Every owner who has a row or a task, from a union: SQLite has no index for a full join of what was just counted.
fn accounts() -> String {
    let counted = counted("");
    format!(
        "with account as materialized (
            select owner_id, max(is_kept) = 0 as missing, max(revision) as revision, max(live_tasks) as live_tasks,
                max(live) as live, max(newest) as newest, max(low) as low, max(shared) as shared
            from (
                select owner_id, 1 as is_kept, revision, cast(live_tasks as bigint) as live_tasks,
                    cast(0 as bigint) as live, cast(0 as bigint) as newest, cast(0 as bigint) as low,
                    cast(0 as bigint) as shared
                from owners
                union all select owner_id, 0, 0, 0, live, newest, low, shared from ({counted}) as counted
            ) as entry group by owner_id
        )"
    )
}

/// Checks all owners in one statement, which gives the first findings of each kind and the number of them.
pub(super) fn check<C: Bedside>(connection: &mut C, examination: &mut Examination) -> QueryResult<()> {
    let shown = [Value::Number(i64::try_from(Listed::<Finding>::SHOWN).unwrap_or(i64::MAX))];
    let sql = format!(
        "{}, found as (
            select 'missing' as kind, owner_id, revision as kept, live as counted from account where missing
            union all select 'live', owner_id, live_tasks, live from account
                where not missing and live_tasks <> live
            union all select 'behind', owner_id, revision, newest from account
                where not missing and revision < newest
            union all select 'low', owner_id, revision, low from account where low > 0
            union all select 'shared', owner_id, revision, shared from account where shared > 0
        )
        select kind, owner_id, kept, counted, total from (
            select kind, owner_id, kept, counted, count(*) over (partition by kind) as total,
                row_number() over (partition by kind order by owner_id) as place
            from found
        ) as ranked where place <= ? order by kind, owner_id",
        accounts()
    );
    let found: Vec<Suspicion> = connection.read(Said::<SuspicionColumns>::new(sql, &shown))?;
    let checks: [(Subject, &[&str]); 3] = [
        (Subject::Owners, &["missing"]),
        (Subject::LiveTasks, &["live"]),
        (Subject::Revisions, &["behind", "low", "shared"]),
    ];
    for (subject, kinds) in checks {
        let mut listed = Listed::default();
        for kind in kinds {
            let of_kind = || found.iter().filter(|suspicion| suspicion.0 == *kind);
            let total = of_kind().next().map_or(0, |suspicion| suspicion.4.unsigned_abs());
            listed.extend(of_kind().map(finding).collect(), total);
        }
        examination.note(subject, listed);
    }
    Ok(())
}

fn finding((kind, owner, kept, counted, _): &Suspicion) -> Finding {
    let (owner, kept, counted) = (owner.clone(), *kept, *counted);
    match kind.as_str() {
        "missing" => Finding::OwnerMissing { owner, live: counted },
        "live" => Finding::LiveTasks { owner, kept, counted },
        "behind" => Finding::RevisionBehind { owner, kept, newest: counted },
        "low" => Finding::RevisionTooLow { owner, tasks: counted },
        _ => Finding::RevisionShared { owner, tasks: counted },
    }
}

/// Owners after this one whose row does not agree with their tasks, in the order of their ids, not all of them at once.
pub(super) fn disagreeing<C: Bedside>(connection: &mut C, after: &str) -> QueryResult<Vec<String>> {
    let values = [Value::Text(after), Value::Number(OWNERS_AT_ONCE)];
    let sql = format!(
        "{} select owner_id from account
        where (missing or live_tasks <> live or revision < newest or low > 0 or shared > 0) and owner_id > ?
        order by owner_id limit ?",
        accounts()
    );
    connection.read(Said::<Text>::new(sql, &values))
}

/// One owner's account; none without a row.
pub(super) fn account<C: Bedside>(connection: &mut C, owner: &str) -> QueryResult<Option<Account>> {
    let values = [Value::Text(owner), Value::Text(owner)];
    let sql = format!(
        "select revision, cast(live_tasks as bigint), coalesce(live, 0), coalesce(newest, 0), coalesce(low, 0),
            coalesce(shared, 0)
        from owners left join ({}) as counted on counted.owner_id = owners.owner_id where owners.owner_id = ?",
        counted("where owner_id = ?")
    );
    let accounts: Vec<Account> = connection.read(Said::<AccountColumns>::new(sql, &values))?;
    Ok(accounts.into_iter().next())
}

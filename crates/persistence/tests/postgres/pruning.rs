//! Partition pruning: a statement scans only the partitions of its owners.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::{
    Change, Completion, EntityTags, FeedPosition, ListQuery, NewTask, Owner, OwnerRevision, Precondition,
    RepositoryError, Revision, SearchText, Status, TaskId, TaskRepository, Timestamp, Title,
};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;
use uuid::Uuid;

use crate::partitions::partitioned;
use crate::statements::{explained, plans};
use crate::workload::without_timeouts;

/// A service with one worker of each kind, on a database that logs each plan as it was run.
struct Explained {
    database: Database,
    url: String,
}

impl Explained {
    fn new() -> Self {
        let url = partitioned();
        let explained = explained(name(&url));
        let analysed = format!("alter database {} set auto_explain.log_analyze = on", name(&url));
        let _ = Postgres::shared().query(&url, &format!("{explained}; {analysed}"));
        let options = DatabaseOptions { max_connections: 3, ..without_timeouts(&url) };
        Self { database: Database::open(&options).unwrap(), url }
    }

    /// The plans of statements about tasks or owners.
    fn plans(&self) -> Vec<String> {
        let mut plans = plans(name(&self.url));
        plans.retain(|plan| plan.contains("owner_id"));
        plans
    }

    /// The partitions that the plans looked into, of each plan since this many. Those of one owner have one number.
    fn entered(&self, since: usize) -> Vec<BTreeSet<usize>> {
        self.plans().iter().skip(since).map(|plan| entered(plan)).collect()
    }

    fn partitions(&self, owners: &[Owner]) -> BTreeSet<usize> {
        let of = |owner: &Owner| {
            let rows = |table| {
                format!("select tableoid::regclass from {table} where owner_id = '{}'", owner.id().as_str())
            };
            let found =
                Postgres::shared().query(&self.url, &format!("{} union {}", rows("owners"), rows("tasks")));
            let numbers: BTreeSet<usize> = found.lines().map(|table| partition(table).unwrap()).collect();
            assert_eq!(numbers.len(), 1, "{found}");
            numbers
        };
        owners.iter().flat_map(of).collect()
    }
}

fn name(url: &str) -> &str {
    url.rsplit_once('/').unwrap().1
}

fn entered(plan: &str) -> BTreeSet<usize> {
    // A table that is written to is named with all its partitions, before those that are looked into.
    let is_target = |line: &str| ["Update on ", "Delete on "].iter().any(|target| line.contains(target));
    let run = plan.lines().filter(|line| !line.contains("(never executed)") && !is_target(line));
    let words = run.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter_map(partition).collect()
}

fn partition(table: &str) -> Option<usize> {
    let (table, number) = table.split_once("_p")?;
    number.parse().ok().filter(|_| ["tasks", "owners"].contains(&table))
}

type Calls<'a> = Vec<Pin<Box<dyn Future<Output = Result<(), RepositoryError>> + 'a>>>;

/// Every statement that the port leads to, for each of the owners.
fn calls<'a>(to: &'a dyn TaskRepository, owners: &'a [Owner], number: u128) -> Calls<'a> {
    let at = Timestamp::from_unix_millis(0).unwrap();
    let id = TaskId::new(Uuid::from_u128(number));
    let title = Title::from_stored("title".into());
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    let if_match = Some(EntityTags::Revisions(vec![Revision::new(1)]));
    let when = Precondition { if_match, ..Precondition::default() };
    let search = SearchText::parse("t").unwrap();
    let queries = [
        ListQuery::default(),
        ListQuery { count: true, ..ListQuery::default() },
        ListQuery { count: true, status: Status::Pending, search, ..ListQuery::default() },
    ];
    let mut calls: Calls<'a> = Vec::new();
    for owner in owners {
        let (change, when, queries) = (change.clone(), when.clone(), queries.clone());
        let task = NewTask::new(id, title.clone());
        calls.push(Box::pin(async move { to.create(owner, task, at).await.map(drop) }));
        calls.push(Box::pin(async move { to.get(owner, id).await.map(drop) }));
        for query in queries {
            calls.push(Box::pin(async move { to.list(owner, query).await.map(drop) }));
        }
        let condition = when.clone();
        calls.push(Box::pin(async move { to.update(owner, id, change, condition, at).await.map(drop) }));
        calls.push(Box::pin(async move { to.delete(owner, id, when, at).await.map(drop) }));
        for after in [FeedPosition::Start, FeedPosition::At(OwnerRevision::NONE)] {
            calls.push(Box::pin(async move { to.changes(owner, after, 10).await.map(drop) }));
        }
    }
    calls
}

#[test]
fn single_owner_statements_scan_one_partition() {
    let explained = Explained::new();
    let (tasks, owners) = (explained.database.tasks(), [Owner::for_test("alone")]);
    for (place, call) in calls(&*tasks, &owners, 1).into_iter().enumerate() {
        let outcome = block_on(call);
        // The revision is another one once the task was changed.
        let rejected = matches!(outcome, Err(RepositoryError::PreconditionFailed { .. }));
        assert!(if place == 6 { rejected } else { outcome.is_ok() }, "{place}: {outcome:?}");
    }
    let entered = explained.entered(0);
    let one = explained.partitions(&owners);
    // A creation finds its partitions by the rows that it writes, which a plan does not show.
    let (nowhere, somewhere): (Vec<_>, Vec<_>) = entered.iter().partition(|partitions| partitions.is_empty());
    assert_eq!(nowhere.len(), 1, "{entered:?}");
    assert!(somewhere.len() >= 6 && somewhere.iter().all(|partitions| **partitions == one), "{entered:?}");
}

#[test]
fn group_statements_scan_their_owners_partitions() {
    let explained = Explained::new();
    let tasks = explained.database.tasks();
    let owners: Vec<Owner> = (0..4).map(|number| Owner::for_test(&format!("one-of-{number}"))).collect();
    for owner in &owners {
        let create = calls(&*tasks, std::slice::from_ref(owner), 1).swap_remove(0);
        block_on(create).unwrap();
    }
    let since = explained.plans().len();
    // While a table is locked, the workers wait with the first calls and the others queue.
    let mut other = PgConnection::establish(&explained.url).unwrap();
    other.batch_execute("begin; lock table owners, tasks in access exclusive mode").unwrap();
    let mut waiting: Calls<'_> = Vec::new();
    for number in [1, 2, 3] {
        for mut call in calls(&*tasks, &owners, number) {
            let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending(), "{polled:?}");
            waiting.push(call);
        }
    }
    other.batch_execute("commit").unwrap();
    for call in waiting {
        // What comes first is left to chance: a task may be there already, or not yet.
        let _ = block_on(call);
    }
    let (entered, theirs) = (explained.entered(since), explained.partitions(&owners));
    assert!(theirs.len() > 1 && theirs.len() < 16, "{theirs:?}");
    assert!(entered.iter().any(|partitions| partitions.len() > 1), "no set has several owners: {entered:?}");
    assert!(entered.iter().all(|partitions| partitions.is_subset(&theirs)), "{entered:?} for {theirs:?}");
}

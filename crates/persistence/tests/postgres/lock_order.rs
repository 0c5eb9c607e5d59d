//! Lock order: eight clients write shared owners, of which some are new and some are erased. The same checks that the
//! service passes find each incorrect variant of the store statement.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};
use domain::{NewTask, Owner, TaskId, Timestamp, Title};
use persistence::Database;
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;
use uuid::Uuid;

use crate::migrated;
use crate::workload::without_timeouts;

const CLIENTS: usize = 8;
const COMMON: usize = 8;
const TIME: Duration = Duration::from_secs(4);

/// The owners of a batch: common ones, and new ones on which all clients meet at the same time, whatever their pace.
fn owners(client: usize) -> Vec<String> {
    static BATCHES: AtomicUsize = AtomicUsize::new(0);
    let batch = BATCHES.fetch_add(1, Ordering::Relaxed);
    let common = (0..4).map(|number| format!("common-{}", (client * 3 + batch * 5 + number) % COMMON));
    let new = (0..4).map(|number| format!("a-new-{}", batch / (2 * CLIENTS) * 2 + (client + number) % 6));
    let mut owners: Vec<String> = common.chain(new).collect();
    // New ones come first in the order of ids. Each batch names them in another one.
    owners.rotate_left(batch % 8);
    owners
}

fn next_id() -> TaskId {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    TaskId::new(Uuid::from_u64_pair(0x7000, NUMBER.fetch_add(1, Ordering::Relaxed)))
}

/// Erases common owners, one after the other, as an administrator would.
fn erase(url: &str, over: &AtomicBool) {
    let mut connection = PgConnection::establish(url).unwrap();
    for round in 0.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let owner = format!("common-{}", round % (COMMON / 2));
        let erased = connection.batch_execute(&format!(
            "begin; delete from owners where owner_id = '{owner}'; delete from tasks where owner_id = '{owner}';
             delete from tombstones where owner_id = '{owner}'; commit"
        ));
        if erased.is_err() {
            connection.batch_execute("rollback").unwrap();
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The number of inconsistent owners: each must have as many tasks as its revision, each with its own revision.
fn wrong(url: &str) -> String {
    Postgres::shared().query(
        url,
        "select count(*) from owners full join (select owner_id, count(*) as n, count(distinct revision) as different,
             max(revision) as newest from tasks group by owner_id) as made using (owner_id)
         where revision is distinct from n or live_tasks is distinct from n or different is distinct from n
             or newest is distinct from n",
    )
}

fn deadlocks(url: &str) -> usize {
    let of_database = format!("@{} ", url.rsplit_once('/').unwrap().1);
    let log = Postgres::shared().log();
    log.lines().filter(|line| line.contains(&of_database) && line.contains("deadlock detected")).count()
}

/// Has all clients write until the time is up.
fn meet(url: &str, write: impl Fn(usize, &AtomicBool) + Sync) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let (over, write) = (&over, &write);
        scope.spawn(move || erase(url, over));
        for client in 0..CLIENTS {
            scope.spawn(move || write(client, over));
        }
        thread::sleep(TIME);
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn concurrent_services_lose_nothing_and_never_deadlock() {
    let url = Postgres::shared().create_database();
    migrated(&url);
    meet(&url, |client, over| {
        let database = Database::open(&without_timeouts(&url)).unwrap();
        let repository = database.tasks();
        while !over.load(Ordering::Relaxed) {
            // All at once, so that they are one batch, or two.
            thread::scope(|scope| {
                for owner in owners(client) {
                    let repository = &repository;
                    scope.spawn(move || {
                        let new = NewTask::new(next_id(), Title::from_stored("task".into()));
                        let at = Timestamp::from_unix_millis(0).unwrap();
                        block_on(repository.create(&Owner::for_test(&owner), new, at)).unwrap()
                    });
                }
            });
        }
    });
    assert_eq!((wrong(&url).as_str(), deadlocks(&url)), ("0", 0));
}

/// A store statement of a batch of creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The guard in the upsert.
    Guarded,
    /// No guard.
    Unguarded,
    /// A guard by the revision alone, and an owner who was erased comes back.
    ByRevision,
    /// Guarded, in a transaction that locks the rows of the batch first; those that are not there are made then.
    LockedFirst,
}

#[derive(QueryableByName)]
struct SeenOwner {
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
}

impl Form {
    fn sql(self) -> String {
        let input = "with o as materialized (select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[],
            $5::bigint[], $6::uuid[]) as o (of_owner, seen_version, seen_revision, seen_epoch, new_epoch, id))";
        let insert = "insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision)
            select of_owner, id, '', false, '', now(), now(), seen_revision + 1 from o join stored on of_owner = owner_id";
        let condition = match self {
            Self::Guarded | Self::LockedFirst => {
                "exists (select 1 from o where of_owner = owner.owner_id and seen_version = owner.version
                and seen_revision = owner.revision and seen_epoch = owner.epoch)"
            }
            Self::ByRevision => {
                "(select seen_revision from o where of_owner = owner.owner_id) = owner.revision"
            }
            Self::Unguarded => "true",
        };
        let epoch = if matches!(self, Self::Guarded | Self::LockedFirst) {
            "case when (select seen_epoch from o where of_owner = owner.owner_id) not in (-1, owner.epoch)
                then cast(owner.epoch || ' erased' as bigint) end"
        } else {
            "0"
        };
        format!(
            "{input}, stored as (
                insert into owners as owner (owner_id, version, revision, live_tasks, epoch)
                select of_owner, seen_version + 1, seen_revision + 1, seen_revision + 1, new_epoch from o
                order by of_owner collate \"C\"
                on conflict (owner_id) do update set version = excluded.version, revision = excluded.revision,
                    live_tasks = excluded.live_tasks where {condition}
                returning owner_id, {epoch} as epoch
            ), tasks_of as ({insert})
            select owner_id, 0::bigint as version, 0::bigint as revision, coalesce(epoch, 0) as epoch from stored"
        )
    }

    /// Loads and stores; who loses is left out.
    fn write(self, connection: &mut PgConnection, owners: &[String]) -> QueryResult<()> {
        if self != Self::LockedFirst {
            return self.load_and_store(connection, owners);
        }
        connection.transaction(|connection| {
            sql_query(
                "select owner_id from owners where owner_id = any($1) order by owner_id for no key update",
            )
            .bind::<Array<Text>, _>(owners)
            .execute(connection)?;
            self.load_and_store(connection, owners)
        })
    }

    fn load_and_store(self, connection: &mut PgConnection, owners: &[String]) -> QueryResult<()> {
        let load = "select owner_id, version, revision, epoch from owners where owner_id = any($1)";
        let loaded: Vec<SeenOwner> = sql_query(load).bind::<Array<Text>, _>(owners).load(connection)?;
        let loaded: BTreeMap<&str, &SeenOwner> =
            loaded.iter().map(|owner| (owner.owner_id.as_str(), owner)).collect();
        let column = |value: fn(&SeenOwner) -> i64, without: i64| -> Vec<i64> {
            let value = |owner: &String| loaded.get(owner.as_str()).map_or(without, |seen| value(seen));
            owners.iter().map(value).collect()
        };
        let ids: Vec<Uuid> = owners.iter().map(|_| next_id().uuid()).collect();
        let epochs: Vec<i64> = ids.iter().map(|id| (id.as_u128() & 0xffff_ffff) as i64).collect();
        let _: Vec<SeenOwner> = sql_query(self.sql())
            .bind::<Array<Text>, _>(owners)
            .bind::<Array<BigInt>, _>(column(|owner| owner.version, 0))
            .bind::<Array<BigInt>, _>(column(|owner| owner.revision, 0))
            .bind::<Array<BigInt>, _>(column(|owner| owner.epoch, -1))
            .bind::<Array<BigInt>, _>(epochs)
            .bind::<Array<diesel::sql_types::Uuid>, _>(ids)
            .load(connection)?;
        Ok(())
    }

    /// What is wrong after clients have met with this form, and the deadlocks.
    fn met(self) -> (String, usize) {
        let url = Postgres::shared().create_database();
        migrated(&url);
        meet(&url, |client, over| {
            let mut connection = PgConnection::establish(&url).unwrap();
            while !over.load(Ordering::Relaxed) {
                // A failed statement has stored nothing.
                let _ = self.write(&mut connection, &owners(client));
            }
        });
        (wrong(&url), deadlocks(&url))
    }
}

#[test]
fn the_guarded_upsert_passes_the_checks() {
    assert_eq!(Form::Guarded.met(), ("0".into(), 0));
}

#[test]
fn a_missing_guard_is_found() {
    assert_ne!(Form::Unguarded.met().0, "0");
}

#[test]
fn resurrected_owners_are_found() {
    assert_ne!(Form::ByRevision.met().0, "0");
}

#[test]
fn locking_owners_before_creating_others_deadlocks() {
    assert_ne!(Form::LockedFirst.met().1, 0);
}

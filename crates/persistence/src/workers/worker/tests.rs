//! Lanes with work that goes wrong, on a pool of connections to a file.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use diesel::result::{DatabaseErrorKind, Error};
use diesel::{RunQueryDsl, SqliteConnection};
use domain::RepositoryError;
use pollster::block_on;
use tempfile::TempDir;

use super::*;
use crate::dialect::one_set;
use crate::lanes::Queue;
use crate::sqlite::Sqlite;
use crate::{DatabaseOptions, OpenError};

type Run = fn(&mut SqliteConnection, &[u32]) -> Outcomes<u32>;

/// A lane that runs this, and what keeps its file.
fn lane(run: Run) -> Result<(Lane<Sqlite, u32, u32>, TempDir), OpenError> {
    let folder = tempfile::tempdir().map_err(OpenError::Thread)?;
    let options = DatabaseOptions { max_connections: 2, ..DatabaseOptions::default() };
    let sqlite = Sqlite::open(folder.path().join("tasks.db"), &options)?;
    let pool = Pool::new(Arc::new(sqlite), &options);
    let statement_timeout = options.statement_timeout;
    let name = "test".into();
    let lane = Lane { name, pool, at_once: 8, sets: one_set, repeatable: false, statement_timeout, run };
    Ok((lane, folder))
}

fn refused() -> Error {
    Error::DatabaseError(DatabaseErrorKind::UniqueViolation, Box::new("there is one already".to_owned()))
}

#[test]
fn one_that_fails_fails_alone() {
    let (lane, _folder) =
        lane(
            |_, set| {
                if set.contains(&2) { Err(refused()) } else { Ok(set.iter().map(|n| Ok(n * 10)).collect()) }
            },
        )
        .unwrap();
    let outcomes = lane.serve(&[1, 2, 3]);
    assert!(matches!(outcomes[..], [Ok(10), Err(RepositoryError::Fault(_)), Ok(30)]), "{outcomes:?}");
}

#[test]
fn what_cannot_be_one_set_is_served_set_by_set_and_each_caller_gets_their_own() {
    let (lane, _folder) = lane(|_, set| {
        assert!(set.iter().all(|n| n % 2 == set[0] % 2), "{set:?}");
        if set[0] % 2 == 0 { Err(refused()) } else { Ok(set.iter().map(|n| Ok(n * 10)).collect()) }
    })
    .unwrap();
    let (queue, waiting) = Queue::new(10, Duration::from_mins(1), 1);
    let mut calls: Vec<_> = (1..=4).map(|n| Box::pin(queue.ask(n))).collect();
    // All of them wait before the lane begins.
    for call in &mut calls {
        assert!(pin!(call).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    Lane { sets: |batch| batch.iter().map(|n| usize::from(n % 2 == 0)).collect(), ..lane }
        .start(&waiting)
        .unwrap();
    let outcomes: Vec<_> = calls.into_iter().map(block_on).collect();
    let [odd, even] = [[&outcomes[0], &outcomes[2]], [&outcomes[1], &outcomes[3]]];
    assert!(matches!(odd, [Ok(10), Ok(30)]), "{odd:?}");
    assert!(matches!(even, [Err(RepositoryError::Fault(_)), Err(RepositoryError::Fault(_))]), "{even:?}");
}

#[test]
fn what_the_database_undid_is_tried_again() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let (lane, _folder) = lane(|_, set| {
        if RUNS.fetch_add(1, Ordering::SeqCst) < 2 {
            let kind = DatabaseErrorKind::SerializationFailure;
            return Err(Error::DatabaseError(kind, Box::new("could not serialize".to_owned())));
        }
        Ok(set.iter().map(|n| Ok(*n)).collect())
    })
    .unwrap();
    assert!(matches!(lane.serve(&[7])[..], [Ok(7)]));
}

#[test]
fn what_the_database_undoes_for_ever_is_an_outage() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let (lane, _folder) = lane(|_, _| {
        RUNS.fetch_add(1, Ordering::SeqCst);
        let kind = DatabaseErrorKind::SerializationFailure;
        Err(Error::DatabaseError(kind, Box::new("could not serialize".to_owned())))
    })
    .unwrap();
    assert!(matches!(lane.serve(&[7])[..], [Err(RepositoryError::Unavailable(_))]));
    assert_eq!(RUNS.load(Ordering::SeqCst), ATTEMPTS);
}

#[test]
fn a_write_whose_connection_was_lost_is_not_done_twice() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let (lane, _folder) = lane(|_, _| {
        RUNS.fetch_add(1, Ordering::SeqCst);
        Err(Error::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new("gone".to_owned())))
    })
    .unwrap();
    let outcomes = lane.serve(&[1, 2]);
    let both = [&outcomes[0], &outcomes[1]];
    assert!(both.iter().all(|outcome| matches!(outcome, Err(RepositoryError::Unavailable(_)))));
    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
}

#[test]
fn a_lane_outlives_a_panic() {
    let (lane, _folder) = lane(|connection, set| {
        assert!(!set.contains(&13), "unlucky");
        diesel::sql_query("select 1").execute(connection)?;
        Ok(set.iter().map(|n| Ok(*n)).collect())
    })
    .unwrap();
    let (queue, waiting) = Queue::new(10, Duration::from_mins(1), 1);
    lane.start(&waiting).unwrap();
    assert!(matches!(block_on(queue.ask(13)), Err(RepositoryError::Fault(_))));
    assert!(matches!(block_on(queue.ask(14)), Ok(14)));
}

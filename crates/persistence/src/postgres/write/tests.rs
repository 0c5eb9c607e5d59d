//! Sets of several writes.

use diesel::{Connection, RunQueryDsl, sql_query};
use diesel_migrations::MigrationHarness;
use domain::{
    Change, Completion, EntityTags, NewTask, Owner, Precondition, RepositoryError, Revision, TaskId,
    Timestamp, Title,
};
use tasknook_tests::Postgres;
use uuid::Uuid;

use super::*;
use crate::dialect::Outcome;
use crate::migrations::MigrationBackend;

fn connection() -> PgConnection {
    let mut connection = PgConnection::establish(&Postgres::shared().create_database()).unwrap();
    connection.run_pending_migrations(crate::postgres::Postgres::MIGRATIONS).unwrap();
    connection
}

fn id(number: u128) -> TaskId {
    TaskId::new(Uuid::from_u128(number))
}

fn at() -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465).unwrap()
}

fn creation(owner: &str, number: u128) -> Write {
    let title = Title::from_stored(format!("task {number}"));
    let task = NewTask { id: id(number), title, description: None, completed: false, at: at() };
    Write { owner: Owner::for_test(owner), deed: Deed::Create(task) }
}

fn if_match(revision: Option<i64>) -> Precondition {
    let if_match = revision.map(|number| EntityTags::Revisions(vec![Revision::new(number)]));
    Precondition { if_match, ..Precondition::default() }
}

fn toggle(owner: &str, number: u128, revision: Option<i64>) -> Write {
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    let deed = Deed::Update { id: id(number), change, precondition: if_match(revision), at: at() };
    Write { owner: Owner::for_test(owner), deed }
}

fn deletion(owner: &str, number: u128, revision: Option<i64>) -> Write {
    let deed = Deed::Delete { id: id(number), precondition: if_match(revision), at: at() };
    Write { owner: Owner::for_test(owner), deed }
}

/// Revisions; 0 of what was deleted; −1 of what is not there, and the current one negated and less 1 when refused.
fn numbers(outcomes: &[Outcome<Written>]) -> Vec<i64> {
    let number = |outcome: &Outcome<Written>| match outcome {
        Ok(Some(task)) => task.revision.number(),
        Ok(None) => 0,
        Err(RepositoryError::NotFound) => -1,
        Err(RepositoryError::PreconditionFailed { current }) => -1 - current.number(),
        Err(error) => panic!("{error:?}"),
    };
    outcomes.iter().map(number).collect()
}

#[test]
fn a_set_of_several_owners_is_one_statement_with_an_outcome_for_each() {
    let connection = &mut connection();
    let made = create(connection, &[creation("b", 1), creation("a", 2), creation("b", 3), creation("b", 4)])
        .unwrap();
    assert_eq!(numbers(&made), [1, 1, 2, 3]);

    let set = [
        toggle("b", 3, Some(2)),
        toggle("a", 2, Some(9)),
        toggle("c", 1, None),
        toggle("b", 1, None),
        toggle("a", 1, None),
    ];
    let changed = change(connection, &set).unwrap();
    assert_eq!(numbers(&changed), [4, -2, -1, 5, -1]);
    assert!(changed[0].as_ref().unwrap().as_ref().unwrap().completed);

    let set = [deletion("b", 4, Some(1)), deletion("b", 3, Some(4)), deletion("a", 2, None)];
    assert_eq!(numbers(&bury(connection, &set).unwrap()), [-4, 0, 0]);
    assert_eq!(numbers(&bury(connection, &set[1..]).unwrap()), [-1, -1]);
    let kept = "select 1 from owners where (owner_id, revision, live_tasks) in (('a', 2, 0), ('b', 6, 2))";
    assert_eq!(sql_query(kept).execute(connection).unwrap(), 2);
}

#[test]
fn a_set_that_fails_leaves_nothing() {
    let connection = &mut connection();
    create(connection, &[creation("a", 1)]).unwrap();
    assert!(create(connection, &[creation("b", 2), creation("a", 1), creation("a", 3)]).is_err());
    let kept = "select 1 from owners where (owner_id, revision, live_tasks) = ('a', 1, 1)";
    assert_eq!(sql_query(kept).execute(connection).unwrap(), 1);
    assert_eq!(sql_query("select 1 from owners").execute(connection).unwrap(), 1);
}

#[test]
fn a_set_has_one_kind_of_deed_and_no_task_twice() {
    let batch = [
        toggle("a", 1, None),
        creation("a", 1),
        toggle("a", 1, None),
        toggle("b", 1, None),
        deletion("a", 1, None),
        creation("a", 2),
        toggle("a", 1, None),
    ];
    assert_eq!(sets(&batch), [0, 1, 2, 0, 3, 1, 4]);
}

//! Arbitrary sequences of commands on the in-memory repository, compared with a second implementation of the rules.
#![expect(clippy::unwrap_used, reason = "what goes wrong fails the test")]

use std::collections::HashMap;
use std::num::NonZeroU64;

use pollster::block_on;
use proptest::prelude::*;
use tasknook_domain::testing::MemoryTasks;
use tasknook_domain::{
    Change, Command, Completion, EntityTags, ListQuery, NewTask, Outcome, Owner, Precondition,
    RepositoryError, Revision, TaskId, TaskRepository, Timestamp, Title, WriteLimits,
};
use uuid::Uuid;

#[derive(Debug, Clone)]
enum Step {
    Create(u128),
    Retitle(u128, Option<i64>),
    Toggle(u128, Option<i64>),
    Delete(u128, Option<i64>),
}

fn steps() -> impl Strategy<Value = Vec<(Step, i64)>> {
    let condition = || proptest::option::of(1_i64..12);
    let step = prop_oneof![
        (0_u128..4).prop_map(Step::Create),
        (0_u128..4, condition()).prop_map(|(id, revision)| Step::Retitle(id, revision)),
        (0_u128..4, condition()).prop_map(|(id, revision)| Step::Toggle(id, revision)),
        (0_u128..4, condition()).prop_map(|(id, revision)| Step::Delete(id, revision)),
    ];
    proptest::collection::vec((step, 0_i64..1000), 0..40)
}

fn command(step: &Step, number: usize) -> Command {
    let id = |id: &u128| TaskId::new(Uuid::from_u128(*id));
    let title = || Title::parse(&format!("title {number}"), 200).unwrap();
    let when = |revision: &Option<i64>| Precondition {
        if_match: revision.map(|revision| EntityTags::Revisions(vec![Revision::new(revision)])),
        if_none_match: None,
    };
    match step {
        Step::Create(task) => Command::Create(NewTask::new(id(task), title())),
        Step::Retitle(task, revision) => {
            let change = Change { title: Some(title()), ..Change::default() };
            Command::Update { id: id(task), change, precondition: when(revision) }
        }
        Step::Toggle(task, revision) => {
            let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
            Command::Update { id: id(task), change, precondition: when(revision) }
        }
        Step::Delete(task, revision) => Command::Delete { id: id(task), precondition: when(revision) },
    }
}

/// The quota, which four ids can exceed.
const QUOTA: usize = 3;

/// The title, whether it is done, when it was made, when it was changed, and the revision.
type Row = (String, bool, i64, i64, i64);

/// The expected result of the step: a row, the revision of a deletion, or an error.
fn expected(
    tasks: &mut HashMap<u128, Row>,
    revision: &mut i64,
    (step, at): &(Step, i64),
    number: usize,
) -> Result<Result<Row, i64>, String> {
    let (id, condition) = match step {
        Step::Create(id) => (id, &None),
        Step::Retitle(id, condition) | Step::Toggle(id, condition) | Step::Delete(id, condition) => {
            (id, condition)
        }
    };
    let row = match (step, tasks.get(id)) {
        (Step::Create(_), Some(row)) => return Err(format!("exists at {}", row.4)),
        (Step::Create(_), None) if tasks.len() >= QUOTA => return Err("full".into()),
        (Step::Create(_), None) => (format!("title {number}"), false, *at, *at, *revision + 1),
        (_, None) => return Err("missing".into()),
        (_, Some(row)) if condition.is_some_and(|wanted| wanted != row.4) => {
            return Err(format!("at {}", row.4));
        }
        (Step::Delete(..), Some(_)) => {
            *revision += 1;
            tasks.remove(id);
            return Ok(Err(*revision));
        }
        (Step::Retitle(..), Some(row)) => {
            (format!("title {number}"), row.1, row.2, row.3.max(*at), *revision + 1)
        }
        (Step::Toggle(..), Some(row)) => (row.0.clone(), !row.1, row.2, row.3.max(*at), *revision + 1),
    };
    *revision += 1;
    tasks.insert(*id, row.clone());
    Ok(Ok(row))
}

fn row(task: &tasknook_domain::Task) -> Row {
    let (created, updated) = (task.created_at.unix_millis(), task.updated_at.unix_millis());
    (task.title.as_str().to_owned(), task.completed, created, updated, task.revision.number())
}

proptest! {
    #[test]
    fn any_sequence_of_commands_follows_the_rules(steps in steps()) {
        let limits = WriteLimits { tasks_per_owner: NonZeroU64::new(QUOTA as u64) };
        let (repository, owner) = (MemoryTasks::with_limits(limits), Owner::for_test("owner"));
        let (mut tasks, mut revision) = (HashMap::new(), 0);
        for (number, step) in steps.iter().enumerate() {
            let now = Timestamp::from_unix_millis(step.1).unwrap();
            let outcome = match block_on(repository.write(&owner, command(&step.0, number), now)) {
                Ok(Outcome::Task(task)) => Ok(Ok(row(&task))),
                Ok(Outcome::Deleted(revision)) => Ok(Err(revision.number())),
                Err(RepositoryError::NotFound) => Err("missing".into()),
                Err(RepositoryError::AlreadyExists { current }) => Err(format!("exists at {current}")),
                Err(RepositoryError::QuotaExceeded { .. }) => Err("full".into()),
                Err(RepositoryError::PreconditionFailed { current }) => Err(format!("at {current}")),
                Err(error) => panic!("{error:?}"),
            };
            prop_assert_eq!(outcome, expected(&mut tasks, &mut revision, step, number));
        }
        let page = block_on(repository.list(&owner, ListQuery { count: true, ..ListQuery::default() })).unwrap();
        prop_assert_eq!(page.total, Some(tasks.len() as u64));
        for task in &page.tasks {
            prop_assert_eq!(tasks.get(&task.id.uuid().as_u128()), Some(&row(task)));
        }
    }
}

//! Arbitrary sequences of commands on the in-memory repository, compared with a second implementation of the rules.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what goes wrong fails the test")]

#[path = "commands/bulk.rs"]
mod bulk;

use std::collections::HashMap;
use std::num::NonZeroU64;

use pollster::block_on;
use proptest::prelude::*;
use tasknook_domain::testing::MemoryTasks;
use tasknook_domain::{
    Change, Command, Completion, Direction, EntityTags, ListQuery, MoveTo, NewTask, Outcome, Owner,
    Precondition, RepositoryError, Revision, Scope, Sort, SortKey, TaskId, TaskRepository, Timestamp, Title,
    TrashCapacity, WriteLimits,
};
use uuid::Uuid;

#[derive(Debug, Clone)]
enum Step {
    Create(u128),
    Retitle(u128, Option<i64>),
    Toggle(u128, Option<i64>),
    /// With the size of the trash.
    Delete(u128, Option<i64>, u64),
    Restore(u128, Option<i64>),
    Purge(u128, Option<i64>),
    EmptyTrash,
    Move(u128, Option<i64>, Place),
}

#[derive(Debug, Clone, Copy)]
enum Place {
    First,
    Last,
    Before(u128),
    After(u128),
}

fn steps() -> impl Strategy<Value = Vec<(Step, i64)>> {
    proptest::collection::vec((step(), 0_i64..1000), 0..40)
}

fn step() -> impl Strategy<Value = Step> {
    let condition = || proptest::option::of(1_i64..12);
    prop_oneof![
        (0_u128..4).prop_map(Step::Create),
        (0_u128..4, condition()).prop_map(|(id, revision)| Step::Retitle(id, revision)),
        (0_u128..4, condition()).prop_map(|(id, revision)| Step::Toggle(id, revision)),
        (0_u128..4, condition(), 0_u64..3).prop_map(|(id, revision, size)| Step::Delete(id, revision, size)),
        (0_u128..4, condition()).prop_map(|(id, revision)| Step::Restore(id, revision)),
        (0_u128..4, condition()).prop_map(|(id, revision)| Step::Purge(id, revision)),
        Just(Step::EmptyTrash),
        (0_u128..4, condition(), places()).prop_map(|(id, revision, to)| Step::Move(id, revision, to)),
        (0_u128..4, places()).prop_map(|(id, to)| Step::Move(id, None, to)),
    ]
}

fn places() -> impl Strategy<Value = Place> {
    prop_oneof![
        Just(Place::First),
        Just(Place::Last),
        (0_u128..4).prop_map(Place::Before),
        (0_u128..4).prop_map(Place::After),
    ]
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
        Step::Delete(task, revision, size) => {
            Command::Delete { id: id(task), precondition: when(revision), trash: TrashCapacity::tasks(*size) }
        }
        Step::Restore(task, revision) => Command::Restore { id: id(task), precondition: when(revision) },
        Step::Purge(task, revision) => Command::Purge { id: id(task), precondition: when(revision) },
        Step::EmptyTrash => Command::EmptyTrash,
        Step::Move(task, revision, to) => {
            let to = match to {
                Place::First => MoveTo::First,
                Place::Last => MoveTo::Last,
                Place::Before(neighbour) => MoveTo::Before(id(neighbour)),
                Place::After(neighbour) => MoveTo::After(id(neighbour)),
            };
            Command::Move { id: id(task), to, precondition: when(revision) }
        }
    }
}

/// The quota, which four ids can exceed.
const QUOTA: usize = 3;

fn limits() -> WriteLimits {
    WriteLimits { tasks_per_owner: NonZeroU64::new(QUOTA as u64) }
}

/// The title, whether it is done, when it was made, when it was changed, the revision, and whether it is in the trash.
type Row = (String, bool, i64, i64, i64, bool);

/// What a step returns.
#[derive(Debug, PartialEq)]
enum Result {
    Row(Row),
    Deleted(i64),
    Purged(usize),
    Missing,
    /// At this revision, if it is live.
    Exists(Option<i64>),
    Full,
    NoNeighbour,
    At(i64),
}

#[derive(Default)]
struct Model {
    tasks: HashMap<u128, Row>,
    /// Live and trashed.
    order: Vec<u128>,
    revision: i64,
}

impl Model {
    fn trashed(&self) -> Vec<(i64, i64, u128)> {
        let trashed = self.tasks.iter().filter(|(_, row)| row.5);
        let mut trashed: Vec<_> = trashed.map(|(id, row)| (row.3, row.4, *id)).collect();
        trashed.sort_unstable();
        trashed
    }

    fn put(&mut self, id: u128, change: impl FnOnce(&mut Row)) -> Row {
        self.revision += 1;
        let row = self.tasks.get_mut(&id).unwrap();
        change(row);
        row.4 = self.revision;
        row.clone()
    }

    fn is_full(&self) -> bool {
        self.tasks.values().filter(|row| !row.5).count() >= QUOTA
    }

    fn purge(&mut self, id: u128) -> i64 {
        self.revision += 1;
        self.tasks.remove(&id);
        self.order.retain(|task| *task != id);
        self.revision
    }

    fn is_live(&self, id: u128) -> bool {
        self.tasks.get(&id).is_some_and(|row| !row.5)
    }

    /// The order after a move, and whether it differs as far as tasks are live.
    fn moved(&self, id: u128, to: Place) -> (Vec<u128>, bool) {
        let mut order = self.order.clone();
        order.retain(|task| *task != id);
        let place = |neighbour: u128| order.iter().position(|task| *task == neighbour);
        let place = match to {
            Place::First => Some(0),
            Place::Last => Some(order.len()),
            Place::Before(neighbour) => place(neighbour),
            Place::After(neighbour) => place(neighbour).map(|place| place + 1),
        };
        let Some(place) = place else { return (self.order.clone(), false) };
        order.insert(place, id);
        let live = |order: &[u128]| -> Vec<u128> {
            order.iter().copied().filter(|task| self.is_live(*task)).collect()
        };
        let differs = live(&order) != live(&self.order);
        (order, differs)
    }

    fn expected(&mut self, (step, at): &(Step, i64), number: usize) -> Result {
        let (id, condition) = match step {
            Step::EmptyTrash => {
                let trashed = self.trashed();
                for (.., id) in &trashed {
                    self.purge(*id);
                }
                return Result::Purged(trashed.len());
            }
            Step::Create(id) => (*id, &None),
            Step::Retitle(id, condition)
            | Step::Toggle(id, condition)
            | Step::Delete(id, condition, _)
            | Step::Restore(id, condition)
            | Step::Purge(id, condition)
            | Step::Move(id, condition, _) => (*id, condition),
        };
        let Some(row) = self.tasks.get(&id).cloned() else {
            let Step::Create(_) = step else { return Result::Missing };
            if self.is_full() {
                return Result::Full;
            }
            self.revision += 1;
            let row = (format!("title {number}"), false, *at, *at, self.revision, false);
            self.tasks.insert(id, row.clone());
            self.order.insert(0, id);
            return Result::Row(row);
        };
        let found = match step {
            Step::Create(_) => return Result::Exists((!row.5).then_some(row.4)),
            Step::Restore(..) => true,
            Step::Purge(..) => row.5,
            _ => !row.5,
        };
        if !found {
            return Result::Missing;
        }
        if let Step::Move(_, _, Place::Before(neighbour) | Place::After(neighbour)) = step
            && !self.is_live(*neighbour)
        {
            return Result::NoNeighbour;
        }
        if condition.is_some_and(|wanted| wanted != row.4) {
            return Result::At(row.4);
        }
        match step {
            Step::Delete(_, _, 0) | Step::Purge(..) => Result::Deleted(self.purge(id)),
            Step::Delete(_, _, size) => {
                let trashed = self.trashed();
                if trashed.len() as u64 + 1 > *size {
                    self.purge(trashed[0].2);
                }
                Result::Deleted(self.put(id, |row| (row.3, row.5) = (row.3.max(*at), true)).4)
            }
            Step::Restore(..) if !row.5 => Result::Row(row),
            Step::Move(_, _, to) => {
                let (order, differs) = self.moved(id, *to);
                if !differs {
                    return Result::Row(row);
                }
                self.order = order;
                Result::Row(self.put(id, |row| row.3 = row.3.max(*at)))
            }
            Step::Restore(..) if self.is_full() => Result::Full,
            _ => Result::Row(self.put(id, |row| {
                match step {
                    Step::Retitle(..) => row.0 = format!("title {number}"),
                    Step::Toggle(..) => row.1 = !row.1,
                    _ => row.5 = false,
                }
                row.3 = row.3.max(*at);
            })),
        }
    }
}

fn row(task: &tasknook_domain::Task) -> Row {
    let (created, updated) = (task.created_at.unix_millis(), task.updated_at.unix_millis());
    (
        task.title.as_str().to_owned(),
        task.completed,
        created,
        updated,
        task.revision.number(),
        task.deleted_at.is_some(),
    )
}

proptest! {
    #[test]
    fn any_sequence_of_commands_follows_the_rules(steps in steps()) {
        let (repository, owner) = (MemoryTasks::with_limits(limits()), Owner::for_test("owner"));
        let mut model = Model::default();
        for (number, step) in steps.iter().enumerate() {
            let now = Timestamp::from_unix_millis(step.1).unwrap();
            let outcome = match block_on(repository.write(&owner, command(&step.0, number), now)) {
                Ok(Outcome::Task(task) | Outcome::Unchanged(task)) => Result::Row(row(&task)),
                Ok(Outcome::Deleted(revision)) => Result::Deleted(revision.number()),
                Ok(Outcome::Purged(number)) => Result::Purged(number),
                Err(RepositoryError::NotFound) => Result::Missing,
                Err(RepositoryError::AlreadyExists { current }) => {
                    Result::Exists(current.map(Revision::number))
                }
                Err(RepositoryError::QuotaExceeded { .. }) => Result::Full,
                Err(RepositoryError::UnknownNeighbour { .. }) => Result::NoNeighbour,
                Err(RepositoryError::PreconditionFailed { current }) => Result::At(current.number()),
                other => panic!("{other:?}"),
            };
            prop_assert_eq!(outcome, model.expected(step, number));
        }
        for scope in [Scope::Live, Scope::Trash] {
            let query = ListQuery { scope, count: true, ..ListQuery::default() };
            let page = block_on(repository.list(&owner, query)).unwrap();
            let expected = model.tasks.values().filter(|row| row.5 == (scope == Scope::Trash)).count();
            prop_assert_eq!(page.total, Some(expected as u64));
            for task in &page.tasks {
                prop_assert_eq!(model.tasks.get(&task.id.uuid().as_u128()), Some(&row(task)));
            }
            let sort = Sort { key: SortKey::Position, direction: Direction::Ascending };
            let ordered = block_on(repository.list(&owner, ListQuery { scope, sort, ..ListQuery::default() }));
            let ordered: Vec<u128> = ordered.unwrap().tasks.iter().map(|task| task.id.uuid().as_u128()).collect();
            let is_in_scope = |id: &u128| model.is_live(*id) == (scope == Scope::Live);
            let expected: Vec<u128> = model.order.iter().copied().filter(is_in_scope).collect();
            prop_assert_eq!(ordered, expected);
        }
    }
}

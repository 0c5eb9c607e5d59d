//! The parameters of a schedule, and its calls.

use std::num::NonZeroU64;
mod lists;

use std::sync::Arc;
use std::time::Duration;

use domain::{
    Change, Command, Completion, EntityTags, Idempotency, IdempotencyKey, KeyLimits, MoveTo, NewTask,
    OrderKey, OwnerId, Precondition, Priority, Revision, Task, TaskId, Title, TrashCapacity, WriteLimits,
};
use uuid::Uuid;

use super::bulk;
use super::history::Answer;
use super::random::Random;
use super::record::{Record, TaskRow};

/// How many processes there are, and how often what happens; the chances are in a thousand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) processes: usize,
    pub(super) workers: usize,
    pub(super) owners: usize,
    pub(super) calls: usize,
    /// The quota of each owner; 0 is none.
    pub(super) quota: u64,
    /// Whether all statements are in transactions, as behind a pooler.
    pub(super) pooler: bool,
    /// Chance that a statement loses its connection.
    pub(super) cut: usize,
    /// Chance that a statement fails and is undone.
    pub(super) fail: usize,
    /// Chances at each step.
    pub(super) kill: usize,
    pub(super) erase: usize,
    /// Whether an erasure leaves an empty row with another epoch, instead of nothing.
    pub(super) erasure_keeps_row: bool,
    pub(super) old: usize,
    pub(super) pause: usize,
    pub(super) time_out: usize,
    /// Chance that a call has a key.
    pub(super) keyed: usize,
    /// What is kept of the keys of an owner.
    pub(super) keys: KeyLimits,
}

impl Plan {
    pub(super) fn new(random: &mut Random) -> Self {
        Self {
            processes: random.one_of(&[1, 2, 2, 3, 3]),
            workers: random.one_of(&[1, 2]),
            owners: random.one_of(&[1, 2, 2, 3, 4]),
            calls: random.one_of(&[10, 20, 30]),
            quota: random.one_of(&[0, 0, 1, 2, 4]),
            pooler: random.chance(250),
            cut: random.one_of(&[0, 20, 60, 150]),
            fail: random.one_of(&[0, 0, 10, 40]),
            kill: random.one_of(&[0, 0, 5, 15]),
            erase: random.one_of(&[0, 0, 5, 15, 40]),
            erasure_keeps_row: random.chance(400),
            old: random.one_of(&[0, 0, 10, 40]),
            pause: random.one_of(&[0, 5, 20]),
            time_out: random.one_of(&[0, 0, 10, 50]),
            keyed: random.one_of(&[0, 300, 700]),
            keys: KeyLimits {
                keep: Duration::from_millis(random.one_of(&[50, 3_000, 100_000])),
                requests: random.one_of(&[1, 2, 100]),
                bytes: random.one_of(&[300, 600, 100_000]),
            },
        }
    }
}

impl Plan {
    pub(super) const fn limits(&self) -> WriteLimits {
        WriteLimits { tasks_per_owner: NonZeroU64::new(self.quota) }
    }
}

pub(super) fn owner(number: usize) -> OwnerId {
    OwnerId::parse(&format!("owner-{number}")).unwrap()
}

/// A command for an owner whose tasks may be these, or a list of operations.
pub(super) fn command(random: &mut Random, plan: Plan, serial: usize, record: Option<&Record>) -> Command {
    match random.below(20) {
        0..3 => bulk::command(random, plan, serial, record),
        3..6 => lists::command(random, serial, record),
        // Such a create may be rejected for the quota.
        _ => single(random, plan.quota == 0, serial, record),
    }
}

/// One command on tasks. Few ids, so that commands meet. Where a create is not rejected for another reason first, it may have
/// an id that was generated twice.
pub(super) fn single(
    random: &mut Random,
    may_collide: bool,
    serial: usize,
    record: Option<&Record>,
) -> Command {
    let mut id = TaskId::new(Uuid::from_u128(1 + random.below(4) as u128));
    let title = Title::from_stored(format!("title {serial}"));
    match random.below(19) {
        0..4 => {
            let is_fresh = random.chance(400);
            if is_fresh {
                id = fresh_id(serial);
            }
            let id_is_new = is_fresh || may_collide && random.chance(300);
            let list_id = if random.chance(300) { Some(lists::id(random)) } else { None };
            Command::Create(NewTask { id_is_new, list_id, ..NewTask::new(id, title) })
        }
        4..8 => {
            let none = Change::default();
            let change = match random.below(13) {
                10 => Change { list_id: Some(None), ..none },
                11..13 => Change { list_id: Some(Some(lists::id(random))), ..none },
                0..5 => Change { completion: Some(Completion::Toggle), ..none },
                5..7 => Change { completion: Some(Completion::Set(random.chance(500))), ..none },
                7 => Change { priority: Some(Priority::ALL[random.below(4)]), ..none },
                _ => Change { title: Some(title), ..none },
            };
            Command::Update { id, change, precondition: precondition(random, id, record) }
        }
        8..11 => {
            let sizes = [TrashCapacity::NONE, TrashCapacity::tasks(1), TrashCapacity::tasks(2)];
            let trash = random.one_of(&[sizes[0], sizes[1], sizes[2], TrashCapacity::UNLIMITED]);
            Command::Delete { id, precondition: precondition(random, id, record), trash }
        }
        11..13 => Command::Restore { id, precondition: precondition(random, id, record) },
        13..17 => {
            let neighbour = TaskId::new(Uuid::from_u128(1 + random.below(4) as u128));
            let to = random.one_of(&[
                MoveTo::First,
                MoveTo::Last,
                MoveTo::Before(neighbour),
                MoveTo::After(neighbour),
            ]);
            Command::Move { id, to, precondition: precondition(random, id, record) }
        }
        17 => Command::Purge { id, precondition: precondition(random, id, record) },
        _ => Command::EmptyTrash,
    }
}

/// The key of a call. Few keys and contents, so that requests are repeated and keys reused.
pub(super) fn request(random: &mut Random, plan: &Plan) -> Option<Idempotency> {
    random.chance(plan.keyed).then(|| Idempotency {
        key: IdempotencyKey::from_stored(random.one_of(&["a", "b", "c"])),
        request: [random.one_of(&[1, 1, 1, 2]); 32],
        respond: Arc::new(|outcome| response(&Answer::of(Ok(outcome.clone())))),
        limits: plan.keys,
    })
}

/// The response to an outcome.
pub(super) fn response(answer: &Answer) -> Vec<u8> {
    format!("{answer:?}").into_bytes()
}

/// A create that is right whatever is there.
pub(super) fn fresh_create(serial: usize) -> Command {
    let task = NewTask::new(fresh_id(serial), Title::from_stored(format!("title {serial}")));
    Command::Create(NewTask { id_is_new: true, ..task })
}

fn fresh_id(serial: usize) -> TaskId {
    TaskId::new(Uuid::from_u128(1000 + serial as u128))
}

fn precondition(random: &mut Random, id: TaskId, record: Option<&Record>) -> Precondition {
    if random.chance(600) {
        return Precondition::default();
    }
    let current = match record.and_then(|record| record.tasks.get(&id)) {
        Some(TaskRow::Live(task) | TaskRow::Trashed(task)) => Some(task.revision),
        _ => None,
    };
    precondition_near(random, current)
}

/// A condition on a revision, often this one.
fn precondition_near(random: &mut Random, current: Option<Revision>) -> Precondition {
    let other = Revision::new(1 + random.below(12).cast_signed() as i64);
    let revision = current.filter(|_| random.chance(700)).unwrap_or(other);
    let tags = Some(EntityTags::Revisions(vec![revision]));
    if random.chance(800) {
        Precondition { if_match: tags, if_none_match: None }
    } else {
        Precondition { if_match: None, if_none_match: tags }
    }
}

/// What is left of an owner who is erased.
pub(super) fn erased(before: &Record, epoch: i64, keeps_row: bool) -> Option<Record> {
    keeps_row.then(|| Record { version: before.version + 1, epoch, ..Record::default() })
}

/// What a process of version 0.1.0 makes of an owner: it raises the revision alone, keeps the row of a task that it
/// deletes, and knows no tombstones.
pub(super) fn old_write(
    random: &mut Random,
    owner: &OwnerId,
    serial: usize,
    now: domain::Timestamp,
    before: Option<&Record>,
) -> Option<Record> {
    let new_row = || Record { epoch: (serial.cast_signed() as i64 + 1) << 32, ..Record::default() };
    let mut record = before.cloned().unwrap_or_else(new_row);
    let next = Revision::new(record.revision + 1);
    let id = TaskId::new(Uuid::from_u128(1 + random.below(4) as u128));
    match record.tasks.get_mut(&id) {
        Some(TaskRow::Retired(_) | TaskRow::Trashed(_)) => return before.cloned(),
        Some(TaskRow::Live(task)) if random.chance(500) => {
            task.completed = !task.completed;
            task.revision = next;
        }
        Some(row) => {
            *row = TaskRow::Retired(next.number());
            record.live_tasks -= 1;
        }
        None => {
            let new = NewTask::new(id, Title::from_stored(format!("title {serial}")));
            // It writes no key.
            let position = OrderKey::derived(now, id.uuid());
            let task = Task { position, ..new.into_task(owner.clone(), next, now) };
            record.tasks.insert(id, TaskRow::Live(task));
            record.live_tasks += 1;
        }
    }
    record.revision = next.number();
    Some(record)
}

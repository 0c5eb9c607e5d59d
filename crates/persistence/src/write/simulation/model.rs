//! A second implementation of the rules of writes.

mod lists;

use domain::{
    Command, EntityTags, Idempotency, KeyPlace, KeyRecord, MoveTo, OrderKey, OrderedTask, Precondition,
    Revision, Task, TaskId, Timestamp, TrashCapacity, TrashedId,
};

use super::bulk;
use super::history::{Answer, Call};
use super::load;
use super::record::{Record, TaskRow};

/// Carries out a call on a record and gives the answer that is right there: what was recorded under its key, or else what
/// its command does with this quota; 0 is none.
pub(super) fn apply(record: &mut Record, call: &Call, quota: u64) -> Answer {
    let Some(request) = &call.request else { return apply_command(record, call, quota) };
    let lifetime = request.limits.keep.as_millis().cast_signed();
    let known = record.keys.iter().position(|known| known.key == request.key);
    if let Some(known) = known.and_then(|known| record.keys.get(known)) {
        let age = i128::from(call.now.unix_millis()) - i128::from(known.place.at.unix_millis());
        if age < lifetime {
            let is_same = known.request == request.request;
            return if is_same { Answer::Replayed(known.response.to_vec()) } else { Answer::KeyReused };
        }
    }
    let answer = apply_command(record, call, quota);
    if answer.is_done() {
        // What is older than an expired request has expired, too.
        record.keys.drain(..known.map_or(0, |known| known + 1));
        remember(&mut record.keys, request, &answer, call.now);
    }
    answer
}

/// Records a request, and forgets the oldest ones over the limits.
fn remember(keys: &mut Vec<KeyRecord>, request: &Idempotency, answer: &Answer, now: Timestamp) {
    let at = keys.last().map_or(now, |last| later(last.place.at, now));
    let place = KeyPlace { number: 0, start: 0, end: 0, at };
    let response = load::response(answer).into();
    keys.push(KeyRecord { key: request.key.clone(), request: request.request, response, place });
    let is_over = |keys: &[KeyRecord]| {
        let bytes: usize = keys.iter().map(|known| known.response.len()).sum();
        keys.len() > request.limits.requests as usize || bytes > request.limits.bytes as usize
    };
    while keys.len() > 1 && is_over(keys) {
        keys.remove(0);
    }
}

fn apply_command(record: &mut Record, call: &Call, quota: u64) -> Answer {
    let next = record.revision + 1;
    match &call.command {
        Command::Create(new) => {
            if new.list_id.is_some_and(|list| !record.lists.contains_key(&list)) {
                return Answer::UnknownList;
            }
            match record.tasks.get(&new.id) {
                Some(TaskRow::Live(task)) => return Answer::AlreadyExists(Some(task.revision.number())),
                Some(TaskRow::Trashed(_)) => return Answer::AlreadyExists(None),
                _ if is_full(record, quota) => return Answer::QuotaExceeded,
                _ => {}
            }
            let task = Task {
                id: new.id,
                owner_id: call.owner.clone(),
                title: new.title.clone(),
                description: new.description.clone(),
                completed: new.completed,
                priority: new.priority,
                tags: new.tags.clone(),
                due_date: new.due_date,
                list_id: new.list_id,
                completed_at: if new.completed { Some(call.now) } else { None },
                created_at: call.now,
                updated_at: call.now,
                revision: domain::Revision::new(next),
                position: OrderKey::first(domain::Revision::new(next)),
                deleted_at: None,
            };
            record.live_tasks += 1;
            put(record, task, next)
        }
        Command::Update { id, change, precondition } => {
            let list = change.list_id.flatten();
            let before = match record.tasks.get(id) {
                Some(TaskRow::Live(_)) if list.is_some_and(|list| !record.lists.contains_key(&list)) => {
                    return Answer::UnknownList;
                }
                Some(TaskRow::Live(task)) if !excludes(precondition, task) => task.clone(),
                row => return rejection(row),
            };
            let mut task = before.clone();
            if let Some(list_id) = change.list_id {
                task.list_id = list_id;
            }
            if let Some(title) = &change.title {
                task.title = title.clone();
            }
            if let Some(description) = &change.description {
                task.description.clone_from(description);
            }
            task.completed = match change.completion {
                None => task.completed,
                Some(domain::Completion::Set(value)) => value,
                Some(domain::Completion::Toggle) => !task.completed,
            };
            if let Some(priority) = change.priority {
                task.priority = priority;
            }
            if task == before {
                return Answer::Unchanged(task);
            }
            if task.completed != before.completed {
                task.completed_at =
                    if task.completed { Some(later(task.updated_at, call.now)) } else { None };
            }
            task.updated_at = later(task.updated_at, call.now);
            task.revision = domain::Revision::new(next);
            put(record, task, next)
        }
        Command::Move { id, to, precondition } => move_task(record, (*id, *to), precondition, call),
        Command::LookUp => Answer::NotFound,
        Command::List(command) => lists::apply(record, call, command),
        Command::Bulk(list) => bulk::apply(record, call, list, quota),
        _ => apply_to_trash(record, call, quota),
    }
}

/// Carries out what concerns the trash.
fn apply_to_trash(record: &mut Record, call: &Call, quota: u64) -> Answer {
    let next = record.revision + 1;
    match &call.command {
        Command::Delete { id, precondition, trash } => {
            let mut task = match record.tasks.get(id) {
                Some(TaskRow::Live(task)) if !excludes(precondition, task) => task.clone(),
                row => return rejection(row),
            };
            record.live_tasks -= 1;
            if *trash == TrashCapacity::NONE {
                record.tasks.remove(id);
                return deleted(record, *id);
            }
            if trash.is_exceeded_by(record.trashed_tasks + 1)
                && let Some(oldest) = record.trash().first()
            {
                purge(record, oldest.id);
            }
            let next = record.revision + 1;
            task.updated_at = later(task.updated_at, call.now);
            task.deleted_at = Some(task.updated_at);
            task.revision = domain::Revision::new(next);
            record.trashed_tasks += 1;
            record.revision = next;
            record.tasks.insert(*id, TaskRow::Trashed(task));
            Answer::Deleted(next)
        }
        Command::Restore { id, precondition } => {
            let mut task = match record.tasks.get(id) {
                Some(TaskRow::Live(task)) if !excludes(precondition, task) => {
                    return Answer::Unchanged(task.clone());
                }
                Some(TaskRow::Trashed(task)) if !excludes(precondition, task) => task.clone(),
                Some(TaskRow::Trashed(task)) => return Answer::PreconditionFailed(task.revision.number()),
                row => return rejection(row),
            };
            if is_full(record, quota) {
                return Answer::QuotaExceeded;
            }
            task.updated_at = later(task.updated_at, call.now);
            task.deleted_at = None;
            task.revision = domain::Revision::new(next);
            record.trashed_tasks -= 1;
            record.live_tasks += 1;
            put(record, task, next)
        }
        Command::Purge { id, precondition } => match record.tasks.get(id) {
            Some(TaskRow::Trashed(task)) if excludes(precondition, task) => {
                Answer::PreconditionFailed(task.revision.number())
            }
            Some(TaskRow::Trashed(_)) => purge(record, *id),
            _ => Answer::NotFound,
        },
        Command::EmptyTrash => purge_all(record, |_| true),
        Command::ExpireTrash { before, .. } => purge_all(record, |trashed| trashed.deleted_at < *before),
        Command::Create(_)
        | Command::Update { .. }
        | Command::Move { .. }
        | Command::List(_)
        | Command::LookUp
        | Command::Bulk(_) => Answer::Fault,
    }
}

/// Moves a live task among the others. The schedules are too short for a key that is too long.
fn move_task(
    record: &mut Record,
    (id, to): (TaskId, MoveTo),
    precondition: &Precondition,
    call: &Call,
) -> Answer {
    let Some(TaskRow::Live(task)) = record.tasks.get(&id).cloned() else { return Answer::NotFound };
    if let MoveTo::Before(neighbour) | MoveTo::After(neighbour) = to
        && !matches!(record.tasks.get(&neighbour), Some(TaskRow::Live(_)))
    {
        return Answer::UnknownNeighbour;
    }
    if excludes(precondition, &task) {
        return Answer::PreconditionFailed(task.revision.number());
    }
    let order = record.order();
    let mut moved = order.clone();
    moved.retain(|other| other.id != id);
    let place = |neighbour| moved.iter().position(|other| other.id == neighbour);
    let place = match to {
        MoveTo::First => Some(0),
        MoveTo::Last => Some(moved.len()),
        MoveTo::Before(neighbour) => place(neighbour),
        MoveTo::After(neighbour) => place(neighbour).map(|place| place + 1),
    };
    let Some(place) = place else { return Answer::Unchanged(task) };
    let next = domain::Revision::new(record.revision + 1);
    let position = match (place.checked_sub(1).map(|place| &moved[place]), moved.get(place)) {
        (Some(lower), Some(upper)) => lower.position.between(&upper.position),
        (Some(_), None) => Some(OrderKey::last(next)),
        (None, _) => Some(OrderKey::first(next)),
    };
    moved.insert(place, OrderedTask { id, position: task.position.clone(), is_live: true });
    let live = |order: &[OrderedTask]| -> Vec<TaskId> {
        order.iter().filter(|other| other.is_live).map(|other| other.id).collect()
    };
    match position {
        _ if live(&moved) == live(&order) => Answer::Unchanged(task),
        None => Answer::Fault,
        Some(position) => {
            let updated_at = later(task.updated_at, call.now);
            put(record, Task { position, updated_at, revision: next, ..task }, next.number())
        }
    }
}

fn is_full(record: &Record, quota: u64) -> bool {
    quota > 0 && record.live().count() as u64 >= quota
}

fn purge_all(record: &mut Record, is_due: impl Fn(&TrashedId) -> bool) -> Answer {
    let due: Vec<TrashedId> = record.trash().into_iter().filter(is_due).collect();
    for trashed in &due {
        purge(record, trashed.id);
    }
    Answer::Purged(due.len())
}

fn purge(record: &mut Record, id: TaskId) -> Answer {
    record.tasks.remove(&id);
    record.trashed_tasks -= 1;
    deleted(record, id)
}

fn deleted(record: &mut Record, id: TaskId) -> Answer {
    record.revision += 1;
    record.tombstones.insert(id, record.revision);
    Answer::Deleted(record.revision)
}

fn put(record: &mut Record, task: Task, revision: i64) -> Answer {
    record.tombstones.remove(&task.id);
    record.tasks.insert(task.id, TaskRow::Live(task.clone()));
    record.revision = revision;
    Answer::Task(task)
}

fn excludes(precondition: &Precondition, task: &Task) -> bool {
    excludes_revision(precondition, task.revision)
}

fn excludes_revision(precondition: &Precondition, revision: Revision) -> bool {
    let names = |tags: &EntityTags| match tags {
        EntityTags::Any => true,
        EntityTags::Revisions(revisions) => revisions.contains(&revision),
    };
    precondition.if_match.as_ref().is_some_and(|tags| !names(tags))
        || precondition.if_none_match.as_ref().is_some_and(names)
}

fn rejection(row: Option<&TaskRow>) -> Answer {
    match row {
        Some(TaskRow::Live(task)) => Answer::PreconditionFailed(task.revision.number()),
        Some(TaskRow::Trashed(_) | TaskRow::Retired(_)) | None => Answer::NotFound,
    }
}

fn later(one: Timestamp, other: Timestamp) -> Timestamp {
    if one < other { other } else { one }
}

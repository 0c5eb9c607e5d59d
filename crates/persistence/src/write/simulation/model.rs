//! A second implementation of the rules of writes.

use domain::{Command, EntityTags, Precondition, Task, Timestamp};

use super::history::{Answer, Call};
use super::record::{Record, TaskRow};

/// Carries out a call on a record and gives the answer that is right there, with this quota; 0 is none.
pub(super) fn apply(record: &mut Record, call: &Call, quota: u64) -> Answer {
    let next = record.revision + 1;
    match &call.command {
        Command::Create(new) => {
            if let Some(TaskRow::Live(task)) = record.tasks.get(&new.id) {
                return Answer::AlreadyExists(task.revision.number());
            }
            if quota > 0 && record.live().count() as u64 >= quota {
                return Answer::QuotaExceeded;
            }
            let task = Task {
                id: new.id,
                owner_id: call.owner.clone(),
                title: new.title.clone(),
                description: new.description.clone(),
                completed: new.completed,
                created_at: call.now,
                updated_at: call.now,
                revision: domain::Revision::new(next),
            };
            record.live_tasks += 1;
            put(record, task, next)
        }
        Command::Update { id, change, precondition } => {
            let mut task = match record.tasks.get(id) {
                Some(TaskRow::Live(task)) if !excludes(precondition, task) => task.clone(),
                row => return rejection(row),
            };
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
            task.updated_at = later(task.updated_at, call.now);
            task.revision = domain::Revision::new(next);
            put(record, task, next)
        }
        Command::Delete { id, precondition } => {
            match record.tasks.get(id) {
                Some(TaskRow::Live(task)) if !excludes(precondition, task) => {}
                row => return rejection(row),
            }
            record.tasks.remove(id);
            record.tombstones.insert(*id, next);
            record.live_tasks -= 1;
            record.revision = next;
            Answer::Deleted(next)
        }
    }
}

fn put(record: &mut Record, task: Task, revision: i64) -> Answer {
    record.tombstones.remove(&task.id);
    record.tasks.insert(task.id, TaskRow::Live(task.clone()));
    record.revision = revision;
    Answer::Task(task)
}

fn excludes(precondition: &Precondition, task: &Task) -> bool {
    let names = |tags: &EntityTags| match tags {
        EntityTags::Any => true,
        EntityTags::Revisions(revisions) => revisions.contains(&task.revision),
    };
    precondition.if_match.as_ref().is_some_and(|tags| !names(tags))
        || precondition.if_none_match.as_ref().is_some_and(names)
}

fn rejection(row: Option<&TaskRow>) -> Answer {
    match row {
        Some(TaskRow::Live(task)) => Answer::PreconditionFailed(task.revision.number()),
        Some(TaskRow::Retired(_)) | None => Answer::NotFound,
    }
}

fn later(one: Timestamp, other: Timestamp) -> Timestamp {
    if one < other { other } else { one }
}

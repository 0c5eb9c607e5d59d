use domain::{
    List, ListCommand, ListId, MoveTo, OrderKey, Precondition, Revision, TaskId, TasksOfList, TrashCapacity,
};

use super::{deleted, excludes_revision, later, purge};
use crate::write::simulation::history::{Answer, Call};
use crate::write::simulation::record::{Record, TaskRow};

/// Carries out what concerns a list.
pub(super) fn apply(record: &mut Record, call: &Call, command: &ListCommand) -> Answer {
    let revision = Revision::new(record.revision + 1);
    match command {
        ListCommand::Create(new) => {
            if let Some(list) = record.lists.get(&new.id) {
                return Answer::AlreadyExists(Some(list.revision.number()));
            }
            let list = List {
                id: new.id,
                owner_id: call.owner.clone(),
                name: new.name.clone(),
                color: new.color,
                position: OrderKey::last(revision),
                created_at: call.now,
                updated_at: call.now,
                revision,
            };
            put(record, list)
        }
        ListCommand::Update { id, change, precondition } => {
            let Some(before) = record.lists.get(id) else { return Answer::NotFound };
            if excludes_revision(precondition, before.revision) {
                return Answer::PreconditionFailed(before.revision.number());
            }
            let name = change.name.clone().unwrap_or_else(|| before.name.clone());
            let color = change.color.unwrap_or(before.color);
            if name == before.name && color == before.color {
                return Answer::List(before.clone());
            }
            let updated_at = later(before.updated_at, call.now);
            put(record, List { name, color, updated_at, revision, ..before.clone() })
        }
        ListCommand::Move { id, to, precondition } => move_list(record, call, (*id, *to), precondition),
        ListCommand::Delete { id, tasks, precondition } => {
            let Some(list) = record.lists.get(id) else { return Answer::NotFound };
            if excludes_revision(precondition, list.revision) {
                return Answer::PreconditionFailed(list.revision.number());
            }
            delete(record, call, *id, *tasks)
        }
    }
}

/// Moves a list among the others. The schedules are too short for a key that is too long.
fn move_list(
    record: &mut Record,
    call: &Call,
    (id, to): (ListId, MoveTo<ListId>),
    precondition: &Precondition,
) -> Answer {
    let Some(list) = record.lists.get(&id).cloned() else { return Answer::NotFound };
    if let MoveTo::Before(neighbour) | MoveTo::After(neighbour) = to
        && !record.lists.contains_key(&neighbour)
    {
        return Answer::UnknownNeighbour;
    }
    if excludes_revision(precondition, list.revision) {
        return Answer::PreconditionFailed(list.revision.number());
    }
    let mut order: Vec<&List> = record.lists.values().collect();
    order.sort_by_key(|list| list.position.clone());
    let before: Vec<ListId> = order.iter().map(|list| list.id).collect();
    order.retain(|other| other.id != id);
    let place = |neighbour| order.iter().position(|other| other.id == neighbour);
    let place = match to {
        MoveTo::First => Some(0),
        MoveTo::Last => Some(order.len()),
        MoveTo::Before(neighbour) => place(neighbour),
        MoveTo::After(neighbour) => place(neighbour).map(|place| place + 1),
    };
    let Some(place) = place else { return Answer::List(list) };
    let revision = Revision::new(record.revision + 1);
    let position = match (place.checked_sub(1).map(|place| order[place]), order.get(place)) {
        (Some(lower), Some(upper)) => lower.position.between(&upper.position),
        (Some(_), None) => Some(OrderKey::last(revision)),
        (None, _) => Some(OrderKey::first(revision)),
    };
    let mut after: Vec<ListId> = order.iter().map(|list| list.id).collect();
    after.insert(place, id);
    match position {
        _ if after == before => Answer::List(list),
        None => Answer::Fault,
        Some(position) => {
            let updated_at = later(list.updated_at, call.now);
            put(record, List { position, updated_at, revision, ..list })
        }
    }
}

/// Deletes a list, after its tasks.
fn delete(record: &mut Record, call: &Call, id: ListId, tasks: TasksOfList) -> Answer {
    let is_in = |row: &TaskRow| matches!(row, TaskRow::Live(task) if task.list_id == Some(id));
    let live: Vec<TaskId> = record.tasks.iter().filter(|(_, row)| is_in(row)).map(|(id, _)| *id).collect();
    let mut without_room = 0;
    if let TasksOfList::Trash(trash) = tasks {
        let added = i64::try_from(live.len()).unwrap_or_default();
        let over =
            if trash == TrashCapacity::NONE { 0 } else { record.trashed_tasks + added - trash.number() };
        let over = usize::try_from(over).unwrap_or_default().min(live.len());
        let oldest: Vec<TaskId> = record.trash().into_iter().take(over).map(|oldest| oldest.id).collect();
        without_room = over - oldest.len();
        for oldest in oldest {
            purge(record, oldest);
        }
    }
    for (index, task) in live.into_iter().enumerate() {
        if tasks == TasksOfList::Trash(TrashCapacity::NONE) || index < without_room {
            record.tasks.remove(&task);
            record.live_tasks -= 1;
            deleted(record, task);
            continue;
        }
        let Some(TaskRow::Live(mut changed)) = record.tasks.remove(&task) else { continue };
        record.revision += 1;
        changed.list_id = None;
        changed.updated_at = later(changed.updated_at, call.now);
        changed.revision = Revision::new(record.revision);
        if tasks != TasksOfList::Keep {
            changed.deleted_at = Some(changed.updated_at);
            record.live_tasks -= 1;
            record.trashed_tasks += 1;
        }
        record.tasks.insert(task, TaskRow::of(changed));
    }
    for row in record.tasks.values_mut() {
        if let TaskRow::Trashed(task) = row {
            task.list_id = task.list_id.filter(|list| *list != id);
        }
    }
    record.lists.remove(&id);
    record.revision += 1;
    record.list_tombstones.insert(id, record.revision);
    Answer::Deleted(record.revision)
}

fn put(record: &mut Record, list: List) -> Answer {
    let key = |list: &List| list.name.as_str().to_ascii_lowercase();
    if record.lists.values().any(|other| other.id != list.id && key(other) == key(&list)) {
        return Answer::NameTaken;
    }
    record.revision = list.revision.number();
    record.list_tombstones.remove(&list.id);
    record.lists.insert(list.id, list.clone());
    Answer::List(list)
}

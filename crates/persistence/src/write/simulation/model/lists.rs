use domain::{List, ListCommand, OrderKey, Revision};

use super::{excludes_revision, later};
use crate::write::simulation::history::{Answer, Call};
use crate::write::simulation::record::Record;

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
    }
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

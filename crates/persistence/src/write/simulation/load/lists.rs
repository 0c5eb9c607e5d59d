use domain::{
    Color, Command, ListChange, ListCommand, ListId, ListName, MoveTo, NewList, Precondition, TasksOfList,
    TrashCapacity,
};
use uuid::Uuid;

use super::precondition_near;
use crate::write::simulation::random::Random;
use crate::write::simulation::record::Record;

/// One of few ids.
pub(super) fn id(random: &mut Random) -> ListId {
    ListId::new(Uuid::from_u128(1 + random.below(3) as u128))
}

/// A command on a list of an owner whose lists may be these. Few ids and names, so that commands meet.
pub(super) fn command(random: &mut Random, serial: usize, record: Option<&Record>) -> Command {
    let mut id = id(random);
    let name = ListName::from_stored(random.one_of(&["Home", "HOME", "Work", "work", "Shop"]).to_owned());
    let color = random.chance(300).then(|| Color::from_number(0x001e_90ff));
    if random.chance(333) {
        if random.chance(300) {
            id = ListId::new(Uuid::from_u128(1000 + serial as u128));
        }
        return Command::List(ListCommand::Create(NewList { id, name, color }));
    }
    let current = record.and_then(|record| record.lists.get(&id)).map(|list| list.revision);
    let precondition =
        if random.chance(600) { Precondition::default() } else { precondition_near(random, current) };
    Command::List(match random.below(6) {
        0 | 1 => {
            let trash = random.one_of(&[
                TrashCapacity::NONE,
                TrashCapacity::tasks(1),
                TrashCapacity::tasks(2),
                TrashCapacity::UNLIMITED,
            ]);
            let tasks = random.one_of(&[TasksOfList::Keep, TasksOfList::Trash(trash)]);
            ListCommand::Delete { id, tasks, precondition }
        }
        2 => {
            let neighbour = self::id(random);
            let places = [MoveTo::First, MoveTo::Last, MoveTo::Before(neighbour), MoveTo::After(neighbour)];
            ListCommand::Move { id, to: random.one_of(&places), precondition }
        }
        _ => {
            let change = match random.below(3) {
                0 => ListChange { name: Some(name), color: None },
                1 => ListChange { name: None, color: Some(color) },
                _ => ListChange { name: Some(name), color: Some(color) },
            };
            ListCommand::Update { id, change, precondition }
        }
    })
}

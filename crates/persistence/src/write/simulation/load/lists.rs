use domain::{Color, Command, ListChange, ListCommand, ListId, ListName, NewList, Precondition};
use uuid::Uuid;

use super::precondition_near;
use crate::write::simulation::random::Random;
use crate::write::simulation::record::Record;

/// A command on a list of an owner whose lists may be these. Few ids and names, so that commands meet.
pub(super) fn command(random: &mut Random, serial: usize, record: Option<&Record>) -> Command {
    let number = |random: &mut Random, below: usize| 1 + random.below(below) as u128;
    let mut id = ListId::new(Uuid::from_u128(number(random, 3)));
    let name = ListName::from_stored(random.one_of(&["Home", "HOME", "Work", "work", "Shop"]).to_owned());
    let color = random.chance(300).then(|| Color::from_number(0x001e_90ff));
    if random.chance(333) {
        if random.chance(300) {
            id = ListId::new(Uuid::from_u128(1000 + serial as u128));
        }
        return Command::List(ListCommand::Create(NewList { id, name, color }));
    }
    let change = match random.below(3) {
        0 => ListChange { name: Some(name), color: None },
        1 => ListChange { name: None, color: Some(color) },
        _ => ListChange { name: Some(name), color: Some(color) },
    };
    let current = record.and_then(|record| record.lists.get(&id)).map(|list| list.revision);
    let precondition =
        if random.chance(600) { Precondition::default() } else { precondition_near(random, current) };
    Command::List(ListCommand::Update { id, change, precondition })
}

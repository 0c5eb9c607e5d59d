use super::*;
use crate::OrderKey;

fn move_to(number: u128, to: MoveTo) -> Command {
    Command::Move { id: id(number), to, precondition: if_match(None) }
}

fn before(neighbour: u128) -> MoveTo {
    MoveTo::Before(id(neighbour))
}

fn after(neighbour: u128) -> MoveTo {
    MoveTo::After(id(neighbour))
}

/// Tasks 1 to 4, of which the last is the first in the order.
fn four() -> Writer {
    let mut writer = empty();
    for number in 1..=4 {
        writer.run(&creation(number), at(0)).unwrap();
    }
    stored(writer)
}

/// The same state as another process loads it: without anything that is not stored.
fn stored(writer: Writer) -> Writer {
    Writer::new(writer.into_state())
}

fn order(writer: &Writer) -> Vec<TaskId> {
    writer.state().order().map(|task| task.id).collect()
}

fn moved(writer: &mut Writer, number: u128, to: MoveTo) -> Task {
    task(writer.run(&move_to(number, to), at(20)))
}

fn trashed(writer: &mut Writer, number: u128) {
    let trash = TrashCapacity::tasks(9);
    writer.run(&Command::Delete { id: id(number), precondition: if_match(None), trash }, at(10)).unwrap();
}

#[test]
fn new_tasks_come_first() {
    assert_eq!(order(&four()), [4, 3, 2, 1].map(id));
}

#[test]
fn moved_tasks_take_a_revision_and_a_time() {
    let mut writer = four();
    let last = moved(&mut writer, 4, MoveTo::Last);
    assert_eq!((last.revision, last.updated_at), (Revision::new(5), at(20)));
    assert_eq!(last.position, OrderKey::last(Revision::new(5)));
    assert_eq!(moved(&mut writer, 1, MoveTo::First).position, OrderKey::first(Revision::new(6)));
    assert_eq!(moved(&mut writer, 2, before(1)).position, OrderKey::first(Revision::new(7)));
    assert_eq!(moved(&mut writer, 3, after(4)).position, OrderKey::last(Revision::new(8)));
    assert_eq!(order(&writer), [2, 1, 4, 3].map(id));
    moved(&mut writer, 3, before(1));
    moved(&mut writer, 2, after(1));
    assert_eq!(order(&writer), [3, 1, 2, 4].map(id));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.updated.len(), set.touched.len(), set.revision), (4, 0, 10));
}

#[test]
fn moves_in_place_change_nothing() {
    let mut writer = four();
    let in_place = [
        (4, MoveTo::First),
        (1, MoveTo::Last),
        (4, before(3)),
        (3, after(4)),
        (2, before(1)),
        (2, before(2)),
        (2, after(2)),
    ];
    for (number, to) in in_place {
        let outcome = writer.run(&move_to(number, to), at(20));
        assert!(matches!(outcome, Ok(Outcome::Unchanged(_))), "{number} {to:?}");
    }
    assert_eq!(writer.into_write_set(), None);
}

#[test]
fn trashed_tasks_keep_their_place_but_are_no_neighbours() {
    let mut writer = four();
    trashed(&mut writer, 3);
    trashed(&mut writer, 4);
    let member = "after";
    for (number, neighbour) in [(1, 3), (1, 9)] {
        assert_eq!(
            writer.run(&move_to(number, after(neighbour)), at(20)),
            Err(Rejection::UnknownNeighbour { member })
        );
    }
    assert_eq!(writer.run(&move_to(3, MoveTo::First), at(20)), Err(Rejection::NotFound));
    // It is the first one that is live.
    assert!(matches!(writer.run(&move_to(2, MoveTo::First), at(20)), Ok(Outcome::Unchanged(_))));
    moved(&mut writer, 1, before(2));
    assert_eq!(order(&writer), [4, 3, 1, 2].map(id));
    moved(&mut writer, 2, MoveTo::First);
    assert_eq!(order(&writer), [2, 4, 3, 1].map(id));
    let restored = Command::Restore { id: id(3), precondition: if_match(None) };
    writer.run(&restored, at(30)).unwrap();
    assert_eq!(order(&writer), [2, 4, 3, 1].map(id));
}

#[test]
fn the_neighbour_is_judged_before_the_condition() {
    let mut writer = four();
    let stale = |to| Command::Move { id: id(1), to, precondition: if_match(Some(9)) };
    let unknown = Err(Rejection::UnknownNeighbour { member: "before" });
    assert_eq!(writer.run(&stale(before(9)), at(20)), unknown);
    let current = Revision::new(1);
    let failed = Err(Rejection::PreconditionFailed { current });
    for to in [before(4), before(1), MoveTo::Last] {
        assert_eq!(writer.run(&stale(to), at(20)), failed);
    }
    let none = Command::Move { id: id(9), to: before(8), precondition: if_match(Some(9)) };
    assert_eq!(writer.run(&none, at(20)), Err(Rejection::NotFound));
}

/// Moves tasks to and fro between the same neighbours, until there is no room.
fn until_renumbered(writer: &mut Writer) -> (WriteSet, Task) {
    for number in 0..2_000 {
        let (one, other) = if number % 2 == 0 { (1, 2) } else { (2, 1) };
        let mut next = writer.clone();
        let task = moved(&mut next, one, before(other));
        let set = next.clone().into_write_set().unwrap();
        *writer = stored(next);
        if !set.touched.is_empty() {
            return (set, task);
        }
    }
    panic!("no key became too long")
}

#[test]
fn renumbered_tasks_take_a_revision_each_unless_trashed() {
    let mut writer = four();
    // 3, 2, 1, 4 with another trashed one in the midst.
    moved(&mut writer, 4, MoveTo::Last);
    writer.run(&creation(5), at(0)).unwrap();
    moved(&mut writer, 5, before(2));
    trashed(&mut writer, 5);
    let before = stored(writer.clone());
    let (set, task) = until_renumbered(&mut writer);
    let revisions: Vec<i64> =
        set.touched.iter().filter_map(|touch| touch.revision).map(Revision::number).collect();
    let first = set.revision - i64::try_from(revisions.len()).unwrap();
    assert!(revisions.iter().copied().eq(first..set.revision), "{revisions:?}");
    assert_eq!((task.revision.number(), set.updated.len()), (set.revision, 1));
    for touch in &set.touched {
        assert_eq!(touch.revision.is_none(), touch.id == id(5), "{touch:?}");
        assert!(touch.position.is_some() && touch.updated_at.is_none());
    }
    assert!(set.touched.iter().any(|touch| touch.id == id(5)));
    let expected: Vec<TaskId> =
        order(&before).into_iter().filter(|task| *task != id(1) && *task != id(2)).collect();
    let now: Vec<TaskId> =
        order(&writer).into_iter().filter(|task| *task != id(1) && *task != id(2)).collect();
    assert_eq!(now, expected);
}

#[test]
fn touches_need_no_loaded_task() {
    let mut state = OwnerState::new(OwnerId::parse("owner").unwrap(), 5, 3);
    let new = NewTask::new(id(1), Title::from_stored("task".into()));
    state.insert(id(1), Slot::Live(new.into_task(state.owner_id().clone(), Revision::new(1), at(10))));
    // No room between the two others, which are not loaded.
    let place = |number, key: &str| OrderedTask {
        id: id(number),
        position: OrderKey::parse(key).unwrap(),
        is_live: true,
    };
    state.insert_order([place(2, "B1"), place(3, "B10")]);
    let mut writer = Writer::new(state);
    assert_eq!(moved(&mut writer, 1, before(3)).revision, Revision::new(8));
    let set = writer.clone().into_write_set().unwrap();
    let touched: Vec<_> =
        set.touched.iter().map(|touch| (touch.id, touch.revision.unwrap().number())).collect();
    assert_eq!((touched, set.revision), (vec![(id(2), 6), (id(3), 7)], 8));
    assert_eq!((set.updated.len(), set.live_tasks), (1, 3));
    assert_eq!(order(&writer), [2, 1, 3].map(id));
}

#[test]
fn touches_are_folded_with_other_effects() {
    let touch = |revision| Touch { revision: Some(Revision::new(revision)), ..Touch::new(id(1)) };
    let mut earlier = Touch { updated_at: Some(at(30)), ..touch(6) };
    let position = Some(OrderKey::parse("B").unwrap());
    earlier.merge(Touch { position: position.clone(), updated_at: Some(at(20)), ..touch(7) });
    assert_eq!(earlier, Touch { position, updated_at: Some(at(30)), ..touch(7) });
    let mut state = loaded();
    state.apply(vec![TaskEffect::Touch(touch(6))]);
    assert_eq!(state.revision(), 6);
    let Slot::Live(task) = state.slot(id(1)) else { panic!() };
    assert_eq!((task.revision, task.updated_at), (Revision::new(6), at(10)));
}

#[test]
fn adopted_tasks_come_first_in_their_order() {
    let mut from = four();
    moved(&mut from, 1, after(4));
    trashed(&mut from, 3);
    let tasks: Vec<OrderedTask> = from.state().order().collect();
    let mut to = empty();
    to.run(&creation(9), at(0)).unwrap();
    to.raise_revision(from.state().revision());
    let order_of_both = AdoptedOrder::new(tasks, to.state().revision());
    let mut others: Vec<Task> = from.state().tasks().cloned().collect();
    others.sort_by_key(|task| task.id);
    for task in others {
        let position = order_of_both.position(task.id);
        to.import(ImportedTask { position, ..ImportedTask::from(task) }, ExistingTask::Reject).unwrap();
    }
    assert_eq!(order(&to), [4, 1, 3, 2, 9].map(id));
    let first = to.state().order().next().unwrap().position;
    assert_eq!(first, OrderKey::first(Revision::new(to.state().revision())));
}

#[test]
fn imported_tasks_keep_their_keys_or_come_first() {
    let key = OrderKey::last(Revision::new(7));
    assert_eq!(ImportedOrder::of(empty().state()).position(&key), Some(key.clone()));
    let to_others = ImportedOrder::of(&loaded());
    let first = OrderKey::first(Revision::new(6));
    let position = to_others.position(&key).unwrap();
    assert_eq!(position.as_str(), format!("{first}{key}"));
    assert!(first < position && position < OrderKey::first(Revision::new(5)));
    assert_eq!(to_others.position(&OrderKey::parse(&"x".repeat(60)).unwrap()), None);
}

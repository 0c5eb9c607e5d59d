//! What was read at one revision of the owner is the same whenever it is read at that revision again, until a time that
//! comes with the list.

use pollster::block_on;

use super::{create, fresh_id, fresh_owner, moment, new_task, title};
use crate::testing::{Numbers, SequentialIds};
use crate::{
    Change, Command, Completion, Direction, DueDate, DueFilter, DueLimit, ListFilter, ListQuery, NewTask,
    Overdue, Owner, OwnerRevision, Page, Precondition, Priority, Scope, Sort, SortKey, Status, Tag, Tags,
    Task, TaskId, TaskRepository, Timestamp, TrashCapacity, Zone,
};

const ZONES: [&str; 3] = ["UTC", "Europe/Berlin", "Pacific/Kiritimati"];
const TAGS: [&str; 3] = ["a", "B", "ç"];
const KEYS: [SortKey; 6] = [
    SortKey::Created,
    SortKey::Updated,
    SortKey::Title,
    SortKey::DueDate,
    SortKey::Priority,
    SortKey::Completed,
];
const HOUR: i64 = 3_600_000;

/// A list at any time.
struct List {
    query: ListQuery,
    overdue: Option<(bool, Zone)>,
}

impl List {
    fn any(numbers: &mut Numbers) -> Self {
        let scope = numbers.one_of(&[Scope::Live, Scope::Live, Scope::Trash]);
        let zone = Zone::parse(numbers.one_of(&ZONES)).unwrap();
        let limit = |numbers: &mut Numbers| {
            numbers.is_one_in(4).then(|| DueLimit::at(due(numbers), &zone)).filter(|_| numbers.is_one_in(2))
        };
        let (from, before) = (limit(numbers), limit(numbers));
        let overdue = numbers.is_one_in(2).then(|| (numbers.is_one_in(2), zone));
        let due = DueFilter { none: numbers.is_one_in(9), from, before, overdue: None };
        let tags =
            if numbers.is_one_in(4) { vec![Tag::parse(numbers.one_of(&TAGS)).unwrap()] } else { vec![] };
        let deleted = scope == Scope::Trash && numbers.is_one_in(2);
        let key = if deleted { SortKey::Deleted } else { numbers.one_of(&KEYS) };
        let query = ListQuery {
            scope,
            status: numbers.one_of(&[Status::All, Status::All, Status::Pending, Status::Completed]),
            priorities: if numbers.is_one_in(5) { vec![Priority::Low, Priority::High] } else { vec![] },
            tags,
            due,
            search: None,
            list: numbers.is_one_in(9).then_some(ListFilter::None),
            sort: Sort { key, direction: numbers.one_of(&[Direction::Ascending, Direction::Descending]) },
            after: None,
            offset: u64::from(numbers.is_one_in(4)),
            limit: numbers.one_of(&[1, 3, 1000]),
            count: numbers.is_one_in(2),
        };
        Self { query, overdue }
    }

    fn at(&self, now: Timestamp) -> ListQuery {
        let mut query = self.query.clone();
        query.due.overdue = self.overdue.as_ref().map(|(wanted, zone)| Overdue::at(*wanted, now, zone));
        query
    }

    fn read(&self, repository: &dyn TaskRepository, owner: &Owner, now: Timestamp) -> Page {
        let page = block_on(repository.list(owner, self.at(now))).unwrap();
        assert_eq!(page.until.is_some(), self.overdue.is_some());
        page
    }

    /// The list behind its first page, if more tasks follow.
    fn behind(&self, first: &Page) -> Option<Self> {
        let after = Some(first.next(self.query.sort.key)?);
        Some(Self {
            query: ListQuery { after, offset: 0, ..self.query.clone() },
            overdue: self.overdue.clone(),
        })
    }
}

/// A due date around the beginning of the test.
fn due(numbers: &mut Numbers) -> DueDate {
    let around = i64::try_from(numbers.below(96)).unwrap() - 48;
    let moment = moment(around * HOUR);
    if numbers.is_one_in(2) {
        DueDate::Moment(moment)
    } else {
        DueDate::Day(moment.as_offset_date_time().date())
    }
}

fn any_task(numbers: &mut Numbers) -> NewTask {
    let tags: Vec<String> = TAGS.iter().filter(|_| numbers.is_one_in(2)).map(ToString::to_string).collect();
    NewTask {
        completed: numbers.is_one_in(4),
        priority: numbers.one_of(&Priority::ALL),
        due_date: (!numbers.is_one_in(4)).then(|| due(numbers)),
        tags: Tags::parse(&tags).unwrap(),
        ..new_task(numbers.one_of(&["Alpha", "beta", "Gamma", "delta"]))
    }
}

/// Writes something, and returns whether it changed anything.
fn write(
    repository: &dyn TaskRepository,
    owner: &Owner,
    ids: &mut Vec<TaskId>,
    now: Timestamp,
    numbers: &mut Numbers,
) -> bool {
    let precondition = Precondition::default;
    let id = if ids.is_empty() { fresh_id() } else { numbers.one_of(ids) };
    let update = |change| Command::Update { id, change, precondition: precondition() };
    let changed = |command| block_on(repository.write(owner, command, now));
    let before = block_on(repository.revision(owner)).unwrap();
    match numbers.below(12) {
        0..4 => ids.push(create(repository, owner, any_task(numbers), now).id),
        4 => drop(changed(update(Change { completion: Some(Completion::Toggle), ..Change::default() }))),
        5 => drop(changed(update(Change { due_date: Some(Some(due(numbers))), ..Change::default() }))),
        6 => {
            // Nothing changes.
            if let Ok(task) = block_on(repository.get(owner, id)) {
                drop(changed(update(Change { title: Some(task.title), ..Change::default() })));
            }
            drop(changed(Command::Purge { id: fresh_id(), precondition: precondition() }));
            return false;
        }
        7 => drop(changed(update(Change { title: Some(title("Renamed")), ..Change::default() }))),
        8 => {
            let trash = TrashCapacity::UNLIMITED;
            drop(changed(Command::Delete { id, precondition: precondition(), trash }));
        }
        9 => drop(changed(Command::Restore { id, precondition: precondition() })),
        10 => drop(changed(Command::Purge { id, precondition: precondition() })),
        _ if numbers.is_one_in(6) => drop(changed(Command::EmptyTrash)),
        _ if numbers.is_one_in(6) => block_on(repository.erase(owner)).unwrap(),
        _ => {}
    }
    block_on(repository.revision(owner)).unwrap() != before
}

pub fn reads_at_one_revision_are_the_same(repository: &dyn TaskRepository) {
    let (mut kept, mut expired) = (0, 0);
    for seed in 0..3 {
        let numbers = &mut Numbers::new(seed);
        let (owner, mut ids, mut now) = (fresh_owner("alice"), Vec::new(), moment(0));
        for _ in 0..8 {
            ids.push(create(repository, &owner, any_task(numbers), now).id);
        }
        let mut lists: Vec<List> = (0..14).map(|_| List::any(numbers)).collect();
        let behind: Vec<List> =
            lists.iter().filter_map(|list| list.behind(&list.read(repository, &owner, now))).collect();
        lists.extend(behind);
        let mut seen: Vec<Vec<Page>> = lists.iter().map(|_| Vec::new()).collect();
        for _ in 0..25 {
            let before = block_on(repository.revision(&owner)).unwrap();
            if numbers.is_one_in(2) {
                let changed = write(repository, &owner, &mut ids, now, numbers);
                assert_eq!(block_on(repository.revision(&owner)).unwrap() != before, changed);
            } else {
                // To the end of what was read, to just before it, or by any time.
                let until = seen.iter().filter_map(|pages| pages.last()?.until).filter(|until| *until > now);
                let until = until.collect::<Vec<_>>();
                let next = if until.is_empty() { now } else { numbers.one_of(&until) };
                let millis = i64::try_from(numbers.below(40)).unwrap() * HOUR;
                now = numbers.one_of(&[next, earlier(next).max(now), later(now, millis)]);
            }
            let current = block_on(repository.revision(&owner)).unwrap();
            for (list, seen) in lists.iter().zip(&mut seen) {
                let page = list.read(repository, &owner, now);
                assert_eq!(page.at, current);
                for old in seen.iter().filter(|old| old.at == current) {
                    let body = |page: &Page| (page.tasks.clone(), page.more, page.total);
                    if old.until.is_none_or(|until| now < until) {
                        assert_eq!(body(old), body(&page), "{:?}", list.query);
                        kept += 1;
                    } else {
                        expired += u64::from(body(old) != body(&page));
                    }
                }
                seen.push(page);
            }
            let tags = block_on(repository.tags(&owner)).unwrap();
            assert_eq!(tags.at, current);
        }
    }
    assert!(kept > 100 && expired > 0, "{kept} {expired}");
}

fn later(time: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(time.unix_millis() + millis).unwrap()
}

fn earlier(time: Timestamp) -> Timestamp {
    later(time, -1)
}

pub fn overdue_tasks_change_at_their_moment(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let due_at = |due: DueDate| NewTask { due_date: Some(due), ..new_task("dated") };
    let (first, second) = (moment(HOUR), moment(2 * HOUR));
    let created = moment(0);
    for due in [second, first].map(DueDate::Moment) {
        create(repository, &owner, due_at(due), created);
    }
    // Neither a completed task nor one in the trash becomes overdue among the live ones.
    create(repository, &owner, NewTask { completed: true, ..due_at(DueDate::Moment(moment(9))) }, created);
    let trashed = create(repository, &owner, due_at(DueDate::Moment(moment(9))), created);
    let (precondition, trash) = (Precondition::default(), TrashCapacity::UNLIMITED);
    let delete = Command::Delete { id: trashed.id, precondition, trash };
    let _ = block_on(repository.write(&owner, delete, created)).unwrap();
    for wanted in [true, false] {
        let list = List { query: ListQuery::default(), overdue: Some((wanted, Zone::default())) };
        let read = |now| list.read(repository, &owner, now);
        let mut page = read(created);
        for due in [first, second] {
            let until = page.until.unwrap();
            assert_eq!(until, later(due, 1));
            assert_eq!(read(earlier(until)), page);
            let next = read(until);
            assert_ne!(next.tasks, page.tasks);
            page = next;
        }
        // The day ends, which no task is waiting for.
        assert_eq!(page.until.unwrap().unix_millis() % (24 * HOUR), 0);
    }
    let scope = Scope::Trash;
    let list =
        List { query: ListQuery { scope, ..ListQuery::default() }, overdue: Some((true, Zone::default())) };
    assert_eq!(list.read(repository, &owner, created).until, Some(moment(10)));
}

pub fn revisions_of_recreated_owners_differ(repository: &dyn TaskRepository) {
    let (owner, other) = (fresh_owner("alice"), fresh_owner("bob"));
    let revision = |owner| block_on(repository.revision(owner)).unwrap();
    let list = |owner| block_on(repository.list(owner, ListQuery::default())).unwrap().at;
    let create_one = || -> Task { create(repository, &owner, new_task("a"), moment(0)) };
    assert_eq!((revision(&owner), list(&owner)), (OwnerRevision::NONE, OwnerRevision::NONE));
    let _ = create_one();
    let first = revision(&owner);
    assert_eq!(first.revision.number(), 1);
    block_on(repository.erase(&owner)).unwrap();
    assert_eq!((revision(&owner), list(&owner)), (OwnerRevision::NONE, OwnerRevision::NONE));
    let _ = create_one();
    let second = revision(&owner);
    assert_eq!(second.revision, first.revision);
    assert_ne!(second, first);
    assert_eq!(list(&owner), second);
    let ids = || std::sync::Arc::new(SequentialIds::default());
    block_on(repository.move_tasks(&owner, &other, ids())).unwrap();
    assert_eq!(revision(&owner), OwnerRevision::NONE);
    let moved = revision(&other);
    assert!(moved.revision > second.revision && list(&other) == moved);
    block_on(repository.move_tasks(&owner, &other, ids())).unwrap();
    assert_eq!(revision(&other), moved, "nothing was moved");
}

pub fn concurrent_reads_of_revisions_are_answered_each(repository: &dyn TaskRepository) {
    let owners: Vec<Owner> = (0..super::racing::RACERS / 2).map(|_| fresh_owner("racer")).collect();
    for (number, owner) in owners.iter().enumerate() {
        (0..number).for_each(|_| drop(create(repository, owner, new_task("a"), moment(0))));
    }
    let at = |racer: usize| {
        let number = racer / 2;
        let owner = &owners[number];
        for _ in 0..20 {
            // Single tasks wait in the same queue.
            let missing = block_on(repository.get(owner, fresh_id()));
            assert!(missing.is_err());
            let read = block_on(repository.revision(owner)).unwrap();
            assert_eq!(read.revision.number(), i64::try_from(number).unwrap());
        }
    };
    super::racing::race(at);
}

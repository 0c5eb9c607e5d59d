//! The manual order on whole databases, with rows that version 0.1.0 wrote.

use std::sync::Arc;
use std::time::Duration;

use domain::testing::ManualClock;
use domain::{
    Command, Direction, ExistingTask, ImportedTask, ListQuery, MoveTo, OrderKey, Outcome, Owner,
    Precondition, Scope, SearchText, Sort, SortKey, Task, TaskId, TaskRepository, TrashCapacity,
};
use persistence::{Database, DatabaseOptions, Doctor, JobOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use uuid::Uuid;

use crate::ownership_of_both::{OwnersDatabase, at, id, imported};
use crate::workload;

/// The rows of the property test.
const ROWS: usize = 120;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn list(repository: &dyn TaskRepository, owner: &Owner, query: ListQuery) -> Vec<Task> {
    block_on(repository.list(owner, query)).unwrap().tasks
}

fn by_position(direction: Direction) -> ListQuery {
    ListQuery { sort: Sort { key: SortKey::Position, direction }, ..ListQuery::default() }
}

fn ordered(repository: &dyn TaskRepository, owner: &Owner) -> Vec<Task> {
    list(repository, owner, by_position(Direction::Ascending))
}

fn ids(tasks: &[Task]) -> Vec<TaskId> {
    tasks.iter().map(|task| task.id).collect()
}

fn move_to(repository: &dyn TaskRepository, owner: &Owner, id: TaskId, to: MoveTo) -> Task {
    let command = Command::Move { id, to, precondition: Precondition::default() };
    match block_on(repository.write(owner, command, at(9))).unwrap() {
        Outcome::Task(task) => task,
        other => panic!("{other:?}"),
    }
}

/// `insert` writes a live task of alice as version 0.1.0 does, created at this time; `without_key` counts the rows without a key.
pub(crate) fn rows_of_0_1_0_have_derived_keys(
    options: &DatabaseOptions,
    insert: impl Fn(Uuid, i64),
    without_key: impl Fn() -> u64,
) {
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    let repository = database.tasks();
    let alice = Owner::for_test("alice");
    // The first and the last supported times, times of one millisecond, and ids that differ in any digit.
    let times = [
        -62_167_219_200_000,
        -1,
        0,
        1,
        1_795_252_517_465,
        1_795_252_517_465,
        1_795_252_517_465,
        253_402_300_799_999,
    ];
    let ids_of_uuids = [
        0x0123_4567_89ab_cdef_0f1e_2d3c_4b5a_6978_u128,
        1,
        u128::MAX - 1,
        0xffff_ffff_0000_0000_ffff_ffff_0000_0000,
        2,
        0xa,
        0xff,
        0xfedc_ba98_7654_3210_f0e1_d2c3_b4a5_9687,
    ];
    for (millis, number) in times.into_iter().zip(ids_of_uuids) {
        insert(Uuid::from_u128(number), millis);
    }
    assert_eq!(without_key(), 8);

    // Until they have one, in the order of creation, the newest first.
    let created = list(&*repository, &alice, ListQuery::default());
    assert_eq!(created.len(), 8);
    let page_by_page = |direction| {
        let mut query = ListQuery { limit: 1, ..by_position(direction) };
        let mut tasks: Vec<Task> = Vec::new();
        loop {
            let page = block_on(repository.list(&alice, query.clone())).unwrap();
            query.after = page.next(SortKey::Position);
            tasks.extend(page.tasks);
            if query.after.is_none() {
                return tasks;
            }
        }
    };
    assert_eq!(page_by_page(Direction::Ascending), created);
    let mut reversed = page_by_page(Direction::Descending);
    reversed.reverse();
    assert_eq!(reversed, created);
    for task in &created {
        assert_eq!(task.position, OrderKey::derived(task.created_at, task.id.uuid()));
    }
    assert!(created.is_sorted_by(|one, next| one.position < next.position));

    // New tasks come first, and a moved one is among the derived ones.
    let new = imported(77).task;
    let new = block_on(repository.create(&alice, new, at(0))).unwrap();
    let moved = move_to(&*repository, &alice, new.id, MoveTo::After(created[2].id));
    assert!(created[2].position < moved.position && moved.position < created[3].position);
    let between = move_to(&*repository, &alice, created[7].id, MoveTo::Before(created[2].id));
    assert!(created[1].position < between.position && between.position < created[2].position);
    assert_eq!(without_key(), 7);
    let before = ordered(&*repository, &alice);
    let expected =
        [0, 1, 7, 2, 8, 3, 4, 5, 6].map(|place| if place == 8 { new.id } else { created[place].id });
    assert_eq!(ids(&before), expected);

    // Stored by the job, they are the same.
    let positioned = |day| {
        let clock = Arc::new(ManualClock::at_unix_millis(day * DAY));
        let report = database.run_jobs(&JobOptions::new(Duration::ZERO, clock)).unwrap();
        assert!(report.is_completed(), "{report:?}");
        report.positioned
    };
    assert_eq!((positioned(1), without_key()), (7, 0));
    assert_eq!(ordered(&*repository, &alice), before, "neither a revision nor a time");
    insert(Uuid::from_u128(99), 1_795_252_517_464);
    assert_eq!((positioned(2), without_key(), positioned(3)), (1, 0, 0));
    let report = Doctor::new(options).unwrap().check().unwrap();
    assert!(!report.findings().any(|finding| finding.message.contains("position")), "{report}");
}

/// Rows without a key, with a derived one, and with keys between others, in any mixture. `insert` writes a row as version 0.1.0
/// does, created at this time; `store` gives it a key.
pub(crate) fn rows_are_in_the_order_of_their_keys(
    options: &DatabaseOptions,
    insert: impl Fn(Uuid, i64),
    store: impl Fn(Uuid, &OrderKey),
) {
    let seed = workload::seed();
    let mut random = seed | 1;
    let mut below = |limit: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % limit
    };
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    let mut keys: Vec<(OrderKey, Uuid)> = Vec::new();
    for _ in 0..ROWS {
        // Many of one millisecond, and ids that share their first digits.
        let millis = [0, -1, 1_795_252_517_465, below(3).cast_signed(), below(1 << 47).cast_signed()];
        let millis = millis[usize::try_from(below(5)).unwrap()];
        let (high, low) = (below(3), below(u64::MAX));
        let id = Uuid::from_u64_pair(high, low);
        insert(id, millis);
        let derived = OrderKey::derived(at(0), id);
        let derived =
            domain::Timestamp::from_unix_millis(millis).map_or(derived, |at| OrderKey::derived(at, id));
        let stored = match below(4) {
            0 => Some(derived.clone()),
            1 => Some(OrderKey::first(domain::Revision::new(below(1000).cast_signed()))),
            2 if keys.len() > 1 => {
                keys.sort();
                let place = usize::try_from(below(keys.len() as u64 - 1)).unwrap();
                keys[place].0.between(&keys[place + 1].0)
            }
            _ => None,
        };
        if let Some(key) = &stored {
            store(id, key);
        }
        keys.push((stored.unwrap_or(derived), id));
    }
    keys.sort();
    let expected: Vec<TaskId> = keys.iter().map(|(_, id)| TaskId::new(*id)).collect();
    let (repository, alice) = (database.tasks(), Owner::for_test("alice"));
    for (direction, limit) in
        [(Direction::Ascending, 1000), (Direction::Ascending, 7), (Direction::Descending, 7)]
    {
        let mut query = ListQuery { limit, ..by_position(direction) };
        let mut tasks: Vec<Task> = Vec::new();
        loop {
            let page = block_on(repository.list(&alice, query.clone())).unwrap();
            query.after = page.next(SortKey::Position);
            tasks.extend(page.tasks);
            if query.after.is_none() {
                break;
            }
        }
        if direction == Direction::Descending {
            tasks.reverse();
        }
        assert_eq!(ids(&tasks), expected, "TASKNOOK_MODEL_SEED={seed}");
        let positions = tasks.iter().map(|task| &task.position);
        assert!(positions.eq(keys.iter().map(|(key, _)| key)), "TASKNOOK_MODEL_SEED={seed}");
    }
}

pub(crate) fn positions_are_exported_and_imported(database: &OwnersDatabase) {
    let service = database.service();
    let (alice, bob, carol) = (Owner::for_test("alice"), Owner::for_test("bob"), Owner::for_test("carol"));
    database.import(alice.id(), (0, ExistingTask::Reject), (1..5).map(imported)).unwrap();
    let repository = service;
    move_to(&*repository, &alice, id(1), MoveTo::First);
    move_to(&*repository, &alice, id(2), MoveTo::After(id(4)));
    let (precondition, trash) = (Precondition::default(), TrashCapacity::tasks(9));
    block_on(repository.write(&alice, Command::Delete { id: id(3), precondition, trash }, at(9))).unwrap();
    let exported: Vec<ImportedTask> =
        database.tasks(alice.id()).into_iter().map(ImportedTask::from).collect();
    let import = |owner: &Owner, existing| {
        database.import(owner.id(), (50, existing), exported.iter().cloned()).unwrap();
    };
    let all = |owner: &Owner| {
        let mut tasks = ordered(&*repository, owner);
        tasks.extend(list(
            &*repository,
            owner,
            ListQuery { scope: Scope::Trash, ..by_position(Direction::Ascending) },
        ));
        tasks.sort_by(|one, other| one.position.cmp(&other.position));
        tasks.into_iter().map(|task| (task.id, task.position)).collect::<Vec<_>>()
    };
    let places = |owner: &Owner| all(owner).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(places(&alice), [1, 4, 2, 3].map(id));

    // To an owner without tasks with the same keys, to another one before all others.
    import(&bob, ExistingTask::Reject);
    assert_eq!(all(&bob), all(&alice));
    database.import(carol.id(), (0, ExistingTask::Reject), (7..9).map(imported)).unwrap();
    let own = places(&carol);
    import(&carol, ExistingTask::Reject);
    assert_eq!(places(&carol), [[1, 4, 2, 3].map(id).to_vec(), own.clone()].concat());
    import(&carol, ExistingTask::Replace);
    assert_eq!(places(&carol), [[1, 4, 2, 3].map(id).to_vec(), own].concat());
    let next = block_on(repository.create(&carol, imported(20).task, at(9))).unwrap();
    assert_eq!(places(&carol)[0], next.id);
}

/// Renumbers among a thousand tasks whose texts are searched afterwards.
pub(crate) fn touched_tasks_keep_their_texts(repository: &dyn TaskRepository, owner: &Owner) -> u64 {
    let create = |number: u128| {
        let task = imported(number).task;
        block_on(repository.create(owner, task, at(0))).unwrap()
    };
    let tasks: Vec<Task> = (0..40).map(create).collect();
    let mut touched = 0;
    for number in 0..400 {
        let (one, other) = if number % 2 == 0 { (21, 20) } else { (20, 21) };
        let before = block_on(repository.get(owner, tasks[19].id)).unwrap().revision;
        move_to(repository, owner, tasks[one].id, MoveTo::After(tasks[other].id));
        let after = block_on(repository.get(owner, tasks[19].id)).unwrap();
        assert_eq!(
            Task { revision: tasks[19].revision, position: tasks[19].position.clone(), ..after.clone() },
            tasks[19]
        );
        touched += u64::from(after.revision != before);
    }
    let search = SearchText::parse("IMPORTED").unwrap();
    assert_eq!(list(repository, owner, ListQuery { search, ..ListQuery::default() }).len(), tasks.len());
    let keys: Vec<OrderKey> = ordered(repository, owner).into_iter().map(|task| task.position).collect();
    assert!(keys.is_sorted_by(|one, next| one < next) && keys.len() == tasks.len());
    touched
}

use pollster::block_on;

use super::{create, fresh_owner, get, moment, new_task, title};
use crate::{
    Change, Completion, Direction, DueDate, DueFilter, DueLimit, ListQuery, NewTask, Overdue, Owner,
    Precondition, Priority, Sort, SortKey, Status, Tag, Tags, Task, TaskRepository, Zone,
};

fn tags(texts: &[&str]) -> Tags {
    Tags::parse(&texts.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

fn due(text: &str) -> DueDate {
    DueDate::parse(text).unwrap()
}

fn change(repository: &dyn TaskRepository, owner: &Owner, task: &Task, change: Change, millis: i64) -> Task {
    block_on(repository.update(owner, task.id, change, Precondition::default(), moment(millis))).unwrap()
}

pub fn members_are_stored_changed_and_cleared(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let written = NewTask {
        priority: Priority::Urgent,
        tags: tags(&["Straße", "a b"]),
        due_date: Some(due("2026-12-24")),
        ..new_task("task")
    };
    let task = create(repository, &owner, written.clone(), moment(0));
    assert_eq!(
        (task.priority, &task.tags, task.due_date),
        (written.priority, &written.tags, written.due_date)
    );
    assert_eq!(get(repository, &owner, task.id), task);
    let other = Change {
        priority: Some(Priority::Low),
        tags: Some(tags(&["STRASSE"])),
        due_date: Some(Some(due("2026-12-24T18:00:00.123Z"))),
        ..Change::default()
    };
    let changed = change(repository, &owner, &task, other, 1);
    assert_eq!((changed.priority, &changed.tags), (Priority::Low, &tags(&["STRASSE"])));
    assert_eq!(changed.due_date, Some(due("2026-12-24T18:00:00.123Z")));
    assert_eq!(get(repository, &owner, task.id), changed);
    let none = Change { tags: Some(Tags::default()), due_date: Some(None), ..Change::default() };
    let cleared = change(repository, &owner, &task, none, 2);
    assert_eq!((&cleared.tags, cleared.due_date), (&Tags::default(), None));
    assert_eq!(get(repository, &owner, task.id), cleared);
}

pub fn completion_times_follow_completed(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let to = |completed| Change { completion: Some(Completion::Set(completed)), ..Change::default() };
    let task = create(repository, &owner, new_task("task"), moment(0));
    assert_eq!(task.completed_at, None);
    assert_eq!(change(repository, &owner, &task, to(true), 10).completed_at, Some(moment(10)));
    let renamed = Change { title: Some(title("other")), ..to(true) };
    assert_eq!(change(repository, &owner, &task, renamed, 20).completed_at, Some(moment(10)));
    assert_eq!(change(repository, &owner, &task, to(false), 30).completed_at, None);
    assert_eq!(get(repository, &owner, task.id).completed_at, None);
    let done = create(repository, &owner, NewTask { completed: true, ..new_task("done") }, moment(5));
    assert_eq!(get(repository, &owner, done.id).completed_at, Some(moment(5)));
}

pub fn writes_without_a_change_keep_the_revision(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, NewTask { tags: tags(&["a"]), ..new_task("task") }, moment(0));
    let same = Change {
        title: Some(task.title.clone()),
        completion: Some(Completion::Set(false)),
        priority: Some(Priority::Medium),
        tags: Some(tags(&["a"])),
        due_date: Some(None),
        ..Change::default()
    };
    assert_eq!(change(repository, &owner, &task, same, 1), task);
    assert_eq!(change(repository, &owner, &task, Change::default(), 2), task);
    let spelling = Change { tags: Some(tags(&["A"])), ..Change::default() };
    let spelled = change(repository, &owner, &task, spelling, 3);
    assert_eq!((spelled.revision.number(), spelled.updated_at), (2, moment(3)));
    let next = create(repository, &owner, new_task("next"), moment(4));
    assert_eq!(next.revision.number(), 3, "writes without a change take no revision");
}

/// Tasks with all combinations of some values.
fn varied(repository: &dyn TaskRepository) -> (Owner, Vec<Task>) {
    let owner = fresh_owner("varied");
    let dues =
        [None, Some("2026-12-24"), Some("2026-12-24T00:00Z"), Some("2026-12-23T23:30Z"), Some("0001-01-01")];
    let labels: [&[&str]; 4] = [&[], &["work"], &["Work", "Zoë"], &["homework", "zoe"]];
    let mut tasks = Vec::new();
    for (number, completed) in [false, true].into_iter().cycle().take(20).enumerate() {
        let written = NewTask {
            completed,
            priority: Priority::ALL[number * 7 % 4],
            tags: tags(labels[number / 2 % 4]),
            due_date: dues[number * 3 % 5].map(due),
            ..new_task(&format!("task {number}"))
        };
        tasks.push(create(repository, &owner, written, moment(i64::try_from(number).unwrap())));
    }
    (owner, tasks)
}

fn titles<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> Vec<&'a str> {
    tasks.into_iter().map(|task| task.title.as_str()).collect()
}

pub fn lists_are_filtered_by_members(repository: &dyn TaskRepository) {
    let (owner, mut tasks) = varied(repository);
    tasks.reverse();
    let tagged = |texts: &[&str]| ListQuery {
        tags: texts.iter().map(|text| Tag::parse(text).unwrap()).collect(),
        ..ListQuery::default()
    };
    let dated = |due| ListQuery { due, ..ListQuery::default() };
    let limit = |text: &str, zone: &str| Some(DueLimit::at(due(text), &Zone::parse(zone).unwrap()));
    let overdue = |wanted| {
        let overdue = Overdue::at(wanted, moment(2_400_000_000), &Zone::default());
        dated(DueFilter { overdue: Some(overdue), ..DueFilter::default() })
    };
    let queries = [
        ListQuery { priorities: vec![Priority::Urgent], ..ListQuery::default() },
        ListQuery {
            priorities: vec![Priority::High, Priority::Low],
            status: Status::Pending,
            ..ListQuery::default()
        },
        tagged(&["WORK"]),
        tagged(&["work", "ZOË"]),
        tagged(&["wor"]),
        dated(DueFilter { none: true, ..DueFilter::default() }),
        dated(DueFilter { from: limit("2026-12-24", "UTC"), ..DueFilter::default() }),
        dated(DueFilter { from: limit("2026-12-24", "Europe/Berlin"), ..DueFilter::default() }),
        dated(DueFilter { before: limit("2026-12-24T00:00Z", "UTC"), ..DueFilter::default() }),
        dated(DueFilter {
            from: limit("2026-12-23T23:00Z", "Europe/Berlin"),
            before: limit("2026-12-25", "Europe/Berlin"),
            ..DueFilter::default()
        }),
        dated(DueFilter { before: limit("0001-01-02", "UTC"), ..DueFilter::default() }),
        overdue(true),
        overdue(false),
    ];
    for query in queries {
        let expected = titles(tasks.iter().filter(|task| query.matches(task)));
        let page = block_on(repository.list(&owner, ListQuery { count: true, ..query.clone() })).unwrap();
        assert_eq!(titles(&page.tasks), expected, "{query:?}");
        assert_eq!(page.total, Some(expected.len() as u64), "{query:?}");
        assert!(expected.len() < tasks.len(), "{query:?}");
    }
}

pub fn lists_are_sorted_by_members(repository: &dyn TaskRepository) {
    let (owner, tasks) = varied(repository);
    for key in [SortKey::DueDate, SortKey::Priority, SortKey::Completed] {
        for direction in [Direction::Ascending, Direction::Descending] {
            let sort = Sort { key, direction };
            let mut expected = tasks.clone();
            expected.sort_by(|one, other| sort.compare(&key.position(one), &key.position(other)));
            if key == SortKey::DueDate {
                assert!(expected.iter().rev().take(4).all(|task| task.due_date.is_none()));
            }
            let mut query = ListQuery { sort, limit: 3, ..ListQuery::default() };
            let mut seen = Vec::new();
            loop {
                let page = block_on(repository.list(&owner, query.clone())).unwrap();
                query.after = page.next(key);
                seen.extend(page.tasks);
                if query.after.is_none() {
                    break;
                }
            }
            assert_eq!(titles(&seen), titles(&expected), "{sort:?}");
        }
    }
}

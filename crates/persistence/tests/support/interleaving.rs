//! Random operations of many threads on a few tasks of one owner, and the one order that must explain all answers.

use std::collections::BTreeMap;
use std::thread;

use domain::{
    Change, Completion, Description, EntityTags, ListQuery, NewTask, Owner, Precondition, RepositoryError,
    Revision, Task, TaskId, TaskRepository, Timestamp, Title,
};
use pollster::block_on;
use uuid::Uuid;

const THREADS: u64 = 12;
const ROUNDS: u64 = 60;
const TASKS: u64 = 12;

/// What one write did.
#[derive(Debug, Clone)]
enum Deed {
    Created,
    Retitled { to: String, expecting: Option<Revision> },
    Described { to: Option<String> },
    Toggled,
    Deleted,
}

#[derive(Debug, Clone)]
struct Event {
    id: TaskId,
    deed: Deed,
    /// The task afterwards; none when it was deleted.
    after: Option<Task>,
}

/// A small generator (SplitMix64): the same numbers for the same seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

pub(crate) fn check(repository: &dyn TaskRepository) {
    let owner = Owner::for_test(&format!("interleaver-{}", std::process::id()));
    let events: Vec<Event> = thread::scope(|scope| {
        let run = |number| {
            let owner = &owner;
            let seen = BTreeMap::new();
            let mut actor = Actor { repository, owner, numbers: Numbers(number), seen };
            scope.spawn(move || actor.act(number))
        };
        let threads: Vec<_> = (0..THREADS).map(run).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(events.len() as u64 > THREADS * ROUNDS / 4, "too little happened: {}", events.len());
    let made: Vec<Task> = events.iter().filter_map(|event| event.after.clone()).collect();
    let deletions = events.iter().filter(|event| event.after.is_none()).count();
    explain(&events);
    the_revisions_have_no_gaps(repository, &owner, &made, deletions);
    let query = ListQuery { count: true, ..ListQuery::default() };
    let page = block_on(repository.list(&owner, query)).unwrap();
    assert_eq!(page.total, Some(page.tasks.len() as u64), "the count of live tasks is kept");
    for task in page.tasks {
        let last = made.iter().filter(|made| made.id == task.id).max_by_key(|made| made.revision);
        assert_eq!(last, Some(&task));
    }
}

/// One of the threads.
struct Actor<'a> {
    repository: &'a dyn TaskRepository,
    owner: &'a Owner,
    numbers: Numbers,
    /// The revision of each task as far as this one knows.
    seen: BTreeMap<TaskId, Revision>,
}

impl Actor<'_> {
    fn act(&mut self, name: u64) -> Vec<Event> {
        let mut events = Vec::new();
        for round in 0..ROUNDS {
            // A few tasks are shared by all and made by whoever comes first.
            let id = task_id(self.numbers.below(TASKS));
            let deed = self.choose(id, format!("{name}-{round}"));
            match self.attempt(id, &deed) {
                Ok(after) => {
                    self.seen.extend(after.iter().map(|task| (id, task.revision)));
                    events.push(Event { id, deed, after });
                }
                Err(RepositoryError::PreconditionFailed { current }) => {
                    assert!(!matches!(deed, Deed::Retitled { expecting: Some(of), .. } if of == current));
                    self.seen.insert(id, current);
                }
                Err(RepositoryError::NotFound) => {}
                // An id that was given before: a new task cannot have it.
                Err(RepositoryError::Fault(_)) if matches!(deed, Deed::Created) => {}
                Err(error) => panic!("{deed:?}: {error:?}"),
            }
        }
        events
    }

    fn choose(&mut self, id: TaskId, text: String) -> Deed {
        match self.numbers.below(100) {
            0..10 => Deed::Created,
            10 => Deed::Deleted,
            11..20 => Deed::Described { to: Some(text) },
            20..30 => Deed::Described { to: None },
            30..60 => Deed::Toggled,
            60..70 => Deed::Retitled { to: text, expecting: None },
            _ => Deed::Retitled { to: text, expecting: self.seen.get(&id).copied() },
        }
    }

    fn attempt(&self, id: TaskId, deed: &Deed) -> Result<Option<Task>, RepositoryError> {
        let none = Precondition::default();
        match deed {
            Deed::Created => create(self.repository, self.owner, id),
            Deed::Deleted => block_on(self.repository.delete(self.owner, id, none, now())).map(|()| None),
            Deed::Described { to } => {
                let description = to.clone().map(Description::from_stored);
                self.update(id, Change { description: Some(description), ..Change::default() }, none)
            }
            Deed::Toggled => {
                self.update(id, Change { completion: Some(Completion::Toggle), ..Change::default() }, none)
            }
            Deed::Retitled { to, expecting } => {
                let if_match = expecting.map(|revision| EntityTags::Revisions(vec![revision]));
                let title = Some(Title::from_stored(to.clone()));
                self.update(id, Change { title, ..Change::default() }, Precondition { if_match, ..none })
            }
        }
    }

    fn update(
        &self,
        id: TaskId,
        change: Change,
        precondition: Precondition,
    ) -> Result<Option<Task>, RepositoryError> {
        block_on(self.repository.update(self.owner, id, change, precondition, now())).map(Some)
    }
}

fn create(
    repository: &dyn TaskRepository,
    owner: &Owner,
    id: TaskId,
) -> Result<Option<Task>, RepositoryError> {
    let title = Title::from_stored("new".into());
    let task = NewTask { id, title, description: None, completed: false, at: now() };
    block_on(repository.create(owner, task)).map(Some)
}

fn task_id(number: u64) -> TaskId {
    TaskId::new(Uuid::from_u64_pair(0x7000, (0b10 << 62) | number))
}

fn now() -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465).unwrap()
}

/// In the order of its revisions, each task is made once and each write is made on what the one before it left.
fn explain(events: &[Event]) {
    let mut chains: BTreeMap<TaskId, Vec<Event>> = BTreeMap::new();
    for event in events {
        chains.entry(event.id).or_default().push(event.clone());
    }
    for chain in chains.values_mut() {
        // A deletion tells no revision; it must be the last, whatever it was.
        chain.sort_by_key(|event| event.after.as_ref().map_or(i64::MAX, |task| task.revision.number()));
        let mut before: Option<Task> = None;
        for event in &*chain {
            let after = event.after.clone();
            match (&event.deed, before, &after) {
                (Deed::Created, None, Some(after)) => assert!(!after.completed),
                (Deed::Deleted, Some(_), None) => {}
                (deed, Some(before), Some(after)) => {
                    assert!(after.revision > before.revision);
                    assert_eq!(*after, expected(deed, before, after.revision));
                }
                (deed, before, after) => panic!("{deed:?} between {before:?} and {after:?}"),
            }
            before = after;
        }
    }
}

fn expected(deed: &Deed, before: Task, revision: Revision) -> Task {
    let of_before = before.revision;
    let task = Task { revision, ..before };
    match deed {
        Deed::Retitled { to, expecting } => {
            assert!(expecting.is_none_or(|revision| revision == of_before), "{deed:?} on {of_before:?}");
            Task { title: Title::from_stored(to.clone()), ..task }
        }
        Deed::Described { to } => Task { description: to.clone().map(Description::from_stored), ..task },
        Deed::Toggled => Task { completed: !task.completed, ..task },
        Deed::Created | Deed::Deleted => panic!("{deed:?} of a task that is there"),
    }
}

fn the_revisions_have_no_gaps(
    repository: &dyn TaskRepository,
    owner: &Owner,
    made: &[Task],
    deletions: usize,
) {
    let mut numbers: Vec<i64> = made.iter().map(|task| task.revision.number()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), made.len(), "no revision comes twice");
    let fresh = task_id(TASKS);
    let last = create(repository, owner, fresh).unwrap().unwrap().revision.number();
    // Those that are missing are the deletions', which tell theirs to nobody.
    assert_eq!(usize::try_from(last).unwrap(), made.len() + deletions + 1);
    block_on(repository.delete(owner, fresh, Precondition::default(), now())).unwrap();
}

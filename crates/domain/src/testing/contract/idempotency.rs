use std::sync::Arc;
use std::time::Duration;

use pollster::block_on;

use super::racing::race;
use super::{create, fresh_id, fresh_owner, get, moment, new_task, title};
use crate::{
    Command, Idempotency, IdempotencyKey, KeyLimits, ListQuery, NewTask, Outcome, Owner, Precondition,
    RepositoryError, Task, TaskId, TaskRepository, TrashCapacity,
};

const LIMITS: KeyLimits = KeyLimits { keep: Duration::from_mins(1), requests: 5, bytes: 1000 };

/// A request with this key and content, whose response is what was decided.
pub(super) fn request(key: &str, content: u8) -> Idempotency {
    Idempotency {
        key: IdempotencyKey::parse(key).unwrap(),
        request: [content; 32],
        respond: Arc::new(|outcome| format!("{outcome:?}").into_bytes()),
        limits: LIMITS,
    }
}

/// The same with a response of this length.
fn of_length(key: &str, length: usize) -> Idempotency {
    Idempotency { respond: Arc::new(move |_| vec![b'x'; length]), ..request(key, 1) }
}

type Executed = Result<Outcome, RepositoryError>;

fn execute(repository: &dyn TaskRepository, owner: &Owner, request: Idempotency, at: i64) -> Executed {
    let command = Command::Create(new_task(request.key.as_str()));
    block_on(repository.execute(owner, command, Some(request), moment(at)))
}

fn created(executed: Executed) -> Task {
    match executed {
        Ok(Outcome::Task(task)) => task,
        other => panic!("{other:?}"),
    }
}

pub(super) fn replayed(executed: Executed) -> Vec<u8> {
    match executed {
        Ok(Outcome::Replayed(response)) => response.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn response_to(task: &Task) -> Vec<u8> {
    format!("{:?}", Outcome::Task(task.clone())).into_bytes()
}

fn total(repository: &dyn TaskRepository, owner: &Owner) -> u64 {
    let query = ListQuery { count: true, ..ListQuery::default() };
    block_on(repository.list(owner, query)).unwrap().total.unwrap()
}

pub fn repeated_requests_get_the_recorded_response(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let first = created(execute(repository, &owner, request("key", 1), 0));
    assert_eq!(first.revision.number(), 1);
    block_on(repository.delete(&owner, first.id, Precondition::default(), moment(1))).unwrap();
    for at in 2..4 {
        assert_eq!(replayed(execute(repository, &owner, request("key", 1), at)), response_to(&first));
    }
    assert_eq!(total(repository, &owner), 0);
    assert_eq!(create(repository, &owner, new_task("next"), moment(4)).revision.number(), 3);
}

pub fn keys_of_other_requests_are_rejected(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    created(execute(repository, &owner, request("key", 1), 0));
    let other = execute(repository, &owner, request("key", 2), 1);
    assert!(matches!(other, Err(RepositoryError::KeyReused)), "{other:?}");
    created(execute(repository, &owner, request("KEY", 2), 1));
    assert_eq!(total(repository, &owner), 2);
}

pub fn keys_belong_to_their_owner(repository: &dyn TaskRepository) {
    let (one, other) = (fresh_owner("alice"), fresh_owner("bob"));
    let first = created(execute(repository, &one, request("key", 1), 0));
    let second = created(execute(repository, &other, request("key", 2), 0));
    assert_eq!(replayed(execute(repository, &one, request("key", 1), 1)), response_to(&first));
    assert_eq!(replayed(execute(repository, &other, request("key", 2), 1)), response_to(&second));
}

pub fn rejected_requests_are_not_recorded(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let id = fresh_id();
    let attempt = |command| block_on(repository.execute(&owner, command, Some(request("key", 1)), moment(0)));
    let delete = Command::Delete { id, precondition: Precondition::default(), trash: TrashCapacity::NONE };
    let missing = attempt(delete.clone());
    assert!(matches!(missing, Err(RepositoryError::NotFound)), "{missing:?}");
    create(repository, &owner, NewTask::new(id, title("now it exists")), moment(0));
    let deleted = attempt(delete.clone());
    assert!(matches!(deleted, Ok(Outcome::Deleted(_))), "{deleted:?}");
    assert!(matches!(attempt(delete), Ok(Outcome::Replayed(_))));
}

pub fn keys_are_looked_up_without_a_write(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let look_up = |content| {
        block_on(repository.execute(&owner, Command::LookUp, Some(request("key", content)), moment(1)))
    };
    assert!(matches!(look_up(1), Err(RepositoryError::NotFound)));
    let task = created(execute(repository, &owner, request("key", 1), 0));
    assert_eq!(replayed(look_up(1)), response_to(&task));
    assert!(matches!(look_up(2), Err(RepositoryError::KeyReused)));
}

pub fn keys_expire(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let first = created(execute(repository, &owner, request("key", 1), 0));
    assert_eq!(replayed(execute(repository, &owner, request("key", 1), 59_999)), response_to(&first));
    let second = created(execute(repository, &owner, request("key", 2), 60_000));
    assert_ne!(first.id, second.id);
    assert_eq!(replayed(execute(repository, &owner, request("key", 2), 60_001)), response_to(&second));
}

fn is_recorded(repository: &dyn TaskRepository, owner: &Owner, key: &str, at: i64) -> bool {
    match block_on(repository.execute(owner, Command::LookUp, Some(request(key, 1)), moment(at))) {
        Ok(Outcome::Replayed(_)) => true,
        Err(RepositoryError::NotFound) => false,
        other => panic!("{other:?}"),
    }
}

pub fn the_oldest_keys_are_dropped(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    for number in 1..=7 {
        created(execute(repository, &owner, of_length(&format!("key-{number}"), 1), number));
    }
    let recorded = |keys: [usize; 8], at| {
        keys.map(|number| is_recorded(repository, &owner, &format!("key-{number}"), at))
    };
    assert_eq!(recorded([1, 2, 3, 4, 5, 6, 7, 8], 7), [false, false, true, true, true, true, true, false]);
    // An expired key is replaced; it was the fourth of those that are left.
    created(execute(repository, &owner, request("key-6", 2), 60_006));
    for number in 8..=9 {
        created(execute(repository, &owner, of_length(&format!("key-{number}"), 1), 60_006));
    }
    let present = recorded([3, 4, 5, 7, 8, 9, 1, 2], 60_006);
    assert_eq!(present, [false, false, false, true, true, true, false, false]);
}

pub fn responses_are_dropped_beyond_their_bytes(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    for (number, length) in [(1, 400), (2, 300), (3, 300)] {
        created(execute(repository, &owner, of_length(&format!("key-{number}"), length), number));
    }
    let recorded = || [1, 2, 3, 4, 5].map(|n| is_recorded(repository, &owner, &format!("key-{n}"), 5));
    assert_eq!(recorded(), [true, true, true, false, false]);
    created(execute(repository, &owner, of_length("key-4", 1), 4));
    assert_eq!(recorded(), [false, true, true, true, false]);
    created(execute(repository, &owner, of_length("key-5", 5000), 5));
    assert_eq!(recorded(), [false, false, false, false, true]);
}

pub fn concurrent_requests_with_a_key_execute_once(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let results = race(|_| execute(repository, &owner, request("key", 1), 0));
    let (executed, others): (Vec<_>, Vec<_>) =
        results.into_iter().partition(|result| matches!(result, Ok(Outcome::Task(_))));
    let [Ok(Outcome::Task(task))] = executed.as_slice() else { panic!("{executed:?}") };
    for other in others {
        assert_eq!(replayed(other), response_to(task));
    }
    assert_eq!((total(repository, &owner), get(repository, &owner, task.id)), (1, task.clone()));
}

pub fn concurrent_rejections_leave_the_key_to_the_next(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let task = create(repository, &owner, new_task("task"), moment(0));
    // Odd racers name a task that does not exist: each is rejected, or comes after one that was executed.
    let results = race(|racer| {
        let id = if racer % 2 == 0 { task.id } else { fresh_id() };
        let delete =
            Command::Delete { id, precondition: Precondition::default(), trash: TrashCapacity::NONE };
        block_on(repository.execute(&owner, delete, Some(request("key", 1)), moment(1)))
    });
    let count = |is: fn(&Executed) -> bool| results.iter().filter(|result| is(result)).count();
    let executed = count(|result| matches!(result, Ok(Outcome::Deleted(_))));
    let rejected = count(|result| matches!(result, Err(RepositoryError::NotFound)));
    let replayed = count(|result| matches!(result, Ok(Outcome::Replayed(_))));
    assert_eq!((executed, rejected + replayed), (1, results.len() - 1), "{results:?}");
}

pub fn erased_owners_have_no_keys(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    created(execute(repository, &owner, request("key", 1), 0));
    block_on(repository.erase(&owner)).unwrap();
    assert!(!is_recorded(repository, &owner, "key", 0));
    assert_eq!(created(execute(repository, &owner, request("key", 2), 0)).revision.number(), 1);
}

pub fn repeated_moves_get_the_recorded_response(repository: &dyn TaskRepository) {
    let [from, to, third] = ["from", "to", "third"].map(fresh_owner);
    created(execute(repository, &from, request("of-from", 1), 0));
    let moved = |content| {
        let once = Some((request("key", content), moment(1)));
        block_on(repository.execute_move(&from, &to, Arc::new(NoIds), once))
    };
    assert!(matches!(moved(1), Ok(Outcome::Moved)));
    // The erased owner has no keys, and a new task stays.
    assert!(!is_recorded(repository, &from, "of-from", 1));
    create(repository, &from, new_task("later"), moment(1));
    assert_eq!(replayed(moved(1)), format!("{:?}", Outcome::Moved).into_bytes());
    assert!(matches!(moved(2), Err(RepositoryError::KeyReused)));
    assert_eq!((total(repository, &from), total(repository, &to)), (1, 1));
    // A move of nothing is recorded as well.
    let none = || {
        let once = Some((request("none", 1), moment(1)));
        block_on(repository.execute_move(&fresh_owner("empty"), &third, Arc::new(NoIds), once))
    };
    assert!(matches!(none(), Ok(Outcome::Moved)));
    assert!(matches!(none(), Ok(Outcome::Replayed(_))));
}

/// No moved task needs a new id.
struct NoIds;

impl crate::Ids for NoIds {
    fn next(&self) -> TaskId {
        panic!("an id was requested")
    }
}

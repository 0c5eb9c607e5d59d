//! Damage of every kind, what is found of it, and what a repair leaves.

use domain::{
    Change, EntityTags, ListQuery, NewTask, Owner, Precondition, RepositoryError, Task, TaskId,
    TaskRepository, Timestamp, Title,
};
use persistence::{Database, DatabaseOptions, Deed, Doctor, Examination, Finding, Listed};
use pollster::block_on;
use tasknook_persistence as persistence;
use uuid::Uuid;

/// A migrated database, and a way to write into it that passes the service by.
pub(crate) struct Ward {
    pub(crate) options: DatabaseOptions,
    pub(crate) execute: Box<dyn Fn(&str)>,
}

impl Ward {
    pub(crate) fn examine(&self) -> Examination {
        Doctor::of(&self.options).unwrap().examine().unwrap()
    }

    pub(crate) fn repository(&self) -> std::sync::Arc<dyn TaskRepository> {
        Database::open(&self.options).unwrap().tasks()
    }

    /// Makes a database with tasks of Alice's (revisions 1 to 3, and a tombstone at 5) and one of Bob's.
    pub(crate) fn settle(&self) {
        let repository = self.repository();
        let (alice, bob) = (Owner::for_test("alice"), Owner::for_test("bob"));
        for number in 1..=4 {
            create(&*repository, &alice, number);
        }
        block_on(repository.delete(&alice, task_id(4), Precondition::default(), at())).unwrap();
        create(&*repository, &bob, 1);
    }
}

pub(crate) fn create(repository: &dyn TaskRepository, owner: &Owner, number: u128) -> Task {
    let title = Title::from_stored(format!("Title {number}"));
    block_on(repository.create(owner, NewTask::new(task_id(number), title), at())).unwrap()
}

pub(crate) fn task_id(number: u128) -> TaskId {
    TaskId::new(Uuid::from_u128(number))
}

fn at() -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465).unwrap()
}

struct Case {
    damage: &'static str,
    found: Finding,
    owner: &'static str,
    deeds: Vec<Deed>,
}

fn case(damage: &'static str, found: Finding, owner: &'static str, deeds: Vec<Deed>) -> Case {
    Case { damage, found, owner, deeds }
}

fn cases() -> [Case; 7] {
    let alice = || "alice".to_owned();
    [
        case(
            "update owners set live_tasks = 7 where owner_id = 'alice'",
            Finding::LiveTasks { owner: alice(), kept: 7, counted: 3 },
            "alice",
            vec![Deed::Counted { from: 7, to: 3 }, Deed::Raised { from: 5, to: 6 }],
        ),
        case(
            "update owners set revision = 2 where owner_id = 'alice'",
            Finding::RevisionBehind { owner: alice(), kept: 2, newest: 5 },
            "alice",
            vec![Deed::Raised { from: 2, to: 6 }],
        ),
        case(
            "update tasks set revision = 2 where owner_id = 'alice' and revision < 4",
            Finding::RevisionShared { owner: alice(), tasks: 3 },
            "alice",
            vec![Deed::Renumbered { first: 6, last: 8 }, Deed::Raised { from: 5, to: 8 }],
        ),
        case(
            "update tasks set revision = -1 where owner_id = 'alice' and revision = 1",
            Finding::RevisionTooLow { owner: alice(), tasks: 1 },
            "alice",
            vec![Deed::Renumbered { first: 6, last: 6 }, Deed::Raised { from: 5, to: 6 }],
        ),
        case(
            "delete from owners where owner_id = 'bob'",
            Finding::OwnerMissing { owner: "bob".to_owned(), live: 1 },
            "bob",
            vec![Deed::Enrolled, Deed::Counted { from: 0, to: 1 }, Deed::Raised { from: 0, to: 2 }],
        ),
        case(
            "update tasks set search = title where owner_id = 'alice' and revision = 2",
            Finding::SearchText { owner: alice(), tasks: 1 },
            "alice",
            vec![Deed::Indexed { tasks: 1 }, Deed::Raised { from: 5, to: 6 }],
        ),
        case(
            "update tasks set description = 'secret' where deleted_at is not null",
            Finding::Tombstone { owner: alice(), tasks: 1 },
            "alice",
            vec![Deed::Erased { tasks: 1 }, Deed::Raised { from: 5, to: 6 }],
        ),
    ]
}

/// Each kind of damage is found as what it is and nothing else, mended, and then the service goes on.
pub(crate) fn each_damage_is_found_and_mended(ward: impl Fn() -> Ward) {
    for Case { damage, found, owner, deeds } in cases() {
        let ward = ward();
        ward.settle();
        assert!(ward.examine().is_healthy(), "{}", ward.examine());
        let before = tasks(&*ward.repository());
        (ward.execute)(damage);
        let examination = ward.examine();
        assert_eq!(examination.findings().collect::<Vec<_>>(), [&found], "{damage}\n{examination}");
        assert!(!examination.to_string().contains("secret"), "{examination}");

        let doctor = Doctor::of(&ward.options).unwrap();
        let repairs = doctor.repair(&examination);
        let done: Vec<_> = repairs.done().first().iter().map(|one| (one.owner(), one.deeds())).collect();
        assert_eq!(done, [(owner, &deeds[..])], "{damage}");
        assert!(repairs.into_error().is_none());
        let again = doctor.examine().unwrap();
        assert!(again.is_healthy(), "{damage}\n{again}");
        assert!(doctor.repair(&again).done().is_empty());
        it_goes_on(&ward, &before);
    }
}

/// The live tasks of both owners.
fn tasks(repository: &dyn TaskRepository) -> Vec<(Owner, Task)> {
    let of = |name| {
        let owner = Owner::for_test(name);
        let page = block_on(repository.list(&owner, ListQuery::default())).unwrap();
        page.tasks.into_iter().map(move |task| (owner.clone(), task)).collect::<Vec<_>>()
    };
    ["alice", "bob"].into_iter().flat_map(of).collect()
}

/// A tag that a client has from before is good for the task that still has it, and for no other.
fn it_goes_on(ward: &Ward, before: &[(Owner, Task)]) {
    let repository = ward.repository();
    for (owner, old) in before {
        let now = block_on(repository.get(owner, old.id)).unwrap();
        assert_eq!(Task { revision: old.revision, ..now.clone() }, *old, "nothing else has changed");
        let if_match = Some(EntityTags::Revisions(vec![old.revision]));
        let title = Some(Title::from_stored("changed".into()));
        let change = Change { title, ..Change::default() };
        let precondition = Precondition { if_match, ..Precondition::default() };
        let written = block_on(repository.update(owner, old.id, change, precondition, at()));
        match written {
            Ok(task) => assert!(now.revision == old.revision && task.revision > old.revision),
            Err(RepositoryError::PreconditionFailed { current }) => {
                assert!(current == now.revision && current != old.revision);
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(ward.examine().is_healthy(), "{}", ward.examine());
}

/// However many owners are concerned, the report shows some and counts the rest, and the repair mends all.
pub(crate) fn a_report_is_bounded_and_a_repair_is_not(ward: &Ward) {
    let repository = ward.repository();
    let owners = Listed::<Finding>::SHOWN + 5;
    for number in 0..owners {
        create(&*repository, &Owner::for_test(&format!("owner {number:02}")), 1);
    }
    (ward.execute)("update owners set live_tasks = 9");
    let found = ward.examine();
    assert_eq!(found.findings().count(), Listed::<Finding>::SHOWN);
    assert!(found.to_string().contains("and 5 more"), "{found}");
    let repairs = Doctor::of(&ward.options).unwrap().repair(&found);
    assert_eq!(repairs.done().first().len() as u64 + repairs.done().more(), owners as u64);
    assert!(repairs.to_string().contains("mended 5 more owners"), "{repairs}");
    assert!(ward.examine().is_healthy(), "{}", ward.examine());
}

/// A schema of another build is said, and nothing is mended under it.
pub(crate) fn under_another_schema_nothing_is_mended(ward: &Ward) {
    ward.settle();
    (ward.execute)("insert into __diesel_schema_migrations (version) values ('29991231235959')");
    (ward.execute)("update owners set live_tasks = 9 where owner_id = 'bob'");
    let found = ward.examine();
    let unknown = Finding::MigrationUnknown { version: "29991231235959".into() };
    let wrong = Finding::LiveTasks { owner: "bob".into(), kept: 9, counted: 1 };
    assert_eq!(found.findings().collect::<Vec<_>>(), [&unknown, &wrong]);
    assert!(Doctor::of(&ward.options).unwrap().repair(&found).done().is_empty());
    assert_eq!(ward.examine(), found);
}

//! What reads report beside tasks: the counts of tags, and whether the owner has written between two pages.

use pollster::block_on;

use super::{create, fresh_id, fresh_owner, moment, new_task, title};
use crate::testing::SequentialIds;
use crate::{
    Change, Command, ListQuery, NewTask, Owner, Precondition, Revision, Scope, Sort, SortKey, Tags, Task,
    TaskRepository, TrashCapacity,
};

fn tagged(repository: &dyn TaskRepository, owner: &Owner, texts: &[&str]) -> Task {
    let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    let task = NewTask { tags: Tags::parse(&texts).unwrap(), ..new_task("tagged") };
    create(repository, owner, task, moment(0))
}

fn counts(repository: &dyn TaskRepository, owner: &Owner) -> Vec<(String, u64)> {
    let counts = block_on(repository.tags(owner)).unwrap();
    counts.read.into_iter().map(|one| (one.tag.as_str().to_owned(), one.count)).collect()
}

fn write(repository: &dyn TaskRepository, owner: &Owner, command: Command) {
    let _ = block_on(repository.write(owner, command, moment(9))).unwrap();
}

fn delete(task: &Task) -> Command {
    let (precondition, trash) = (Precondition::default(), TrashCapacity::UNLIMITED);
    Command::Delete { id: task.id, precondition, trash }
}

pub fn tags_are_counted_in_every_spelling(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    assert_eq!(counts(repository, &owner), []);
    for texts in
        [&["Work", "zoë 🚀"][..], &["WORK", "Straße"], &["WORK"], &["work", "strasse"], &["Éa", "a b"], &[]]
    {
        tagged(repository, &owner, texts);
    }
    let expected = [("a b", 1), ("Straße", 2), ("WORK", 4), ("zoë 🚀", 1), ("Éa", 1)];
    assert_eq!(counts(repository, &owner), expected.map(|(name, count)| (name.to_owned(), count)));
}

pub fn tags_of_live_tasks_are_counted(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [kept, changed, trashed, purged] =
        [&["a"][..], &["a", "b"], &["a", "c"], &["a", "d"]].map(|texts| tagged(repository, &owner, texts));
    let none = Change { tags: Some(Tags::default()), ..Change::default() };
    let precondition = Precondition::default;
    let change = Command::Update { id: changed.id, change: none, precondition: precondition() };
    write(repository, &owner, change);
    write(repository, &owner, delete(&trashed));
    write(repository, &owner, delete(&purged));
    write(repository, &owner, Command::Purge { id: purged.id, precondition: precondition() });
    assert_eq!(counts(repository, &owner), [("a".to_owned(), 1)]);
    write(repository, &owner, Command::Restore { id: trashed.id, precondition: precondition() });
    assert_eq!(counts(repository, &owner), [("a".to_owned(), 2), ("c".to_owned(), 1)]);
    write(repository, &owner, delete(&kept));
    assert_eq!(counts(repository, &owner), [("a".to_owned(), 1), ("c".to_owned(), 1)]);
}

pub fn tags_of_others_are_not_counted(repository: &dyn TaskRepository) {
    let (alice, bob) = (fresh_owner("alice"), fresh_owner("bob"));
    tagged(repository, &alice, &["shared", "hers"]);
    tagged(repository, &bob, &["Shared"]);
    assert_eq!(counts(repository, &bob), [("Shared".to_owned(), 1)]);
    let ids = std::sync::Arc::new(SequentialIds::default());
    block_on(repository.move_tasks(&bob, &alice, ids)).unwrap();
    assert_eq!(counts(repository, &bob), []);
    assert_eq!(counts(repository, &alice), [("hers".to_owned(), 1), ("Shared".to_owned(), 2)]);
}

pub fn reads_have_the_revision(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let page = |scope, key, limit| {
        let sort = Sort { key, ..Sort::default() };
        let query = ListQuery { scope, sort, limit, offset: 1, ..ListQuery::default() };
        for count in [false, true] {
            let page = block_on(repository.list(&owner, ListQuery { count, ..query.clone() })).unwrap();
            assert_eq!(page.total.is_some(), count);
            assert_eq!(
                page,
                block_on(repository.list(&owner, ListQuery { count, ..query.clone() })).unwrap()
            );
        }
        block_on(repository.list(&owner, query)).unwrap()
    };
    let changeable =
        [SortKey::Updated, SortKey::Title, SortKey::DueDate, SortKey::Priority, SortKey::Completed];
    let assert_at = |revision| {
        for key in changeable {
            let seen = page(Scope::Live, key, 1);
            assert_eq!(seen.at.revision, Revision::new(revision), "{key:?} {} tasks", seen.tasks.len());
        }
        for (scope, key) in [
            (Scope::Trash, SortKey::Title),
            (Scope::Live, SortKey::Created),
            (Scope::Trash, SortKey::Deleted),
        ] {
            assert_eq!(page(scope, key, 1).at.revision, Revision::new(revision));
        }
        assert_eq!(block_on(repository.revision(&owner)).unwrap(), page(Scope::Live, SortKey::Created, 1).at);
        assert_eq!(block_on(repository.tags(&owner)).unwrap().at.revision, Revision::new(revision));
    };
    assert_at(0);
    let tasks = ["a", "b", "c"].map(|text| create(repository, &owner, new_task(text), moment(0)));
    assert_at(3);
    let precondition = Precondition::default;
    let rename = |text| {
        let change = Change { title: Some(title(text)), ..Change::default() };
        Command::Update { id: tasks[0].id, change, precondition: precondition() }
    };
    write(repository, &owner, rename("d"));
    assert_at(4);
    write(repository, &owner, rename("d"));
    assert_at(4);
    write(repository, &owner, delete(&tasks[1]));
    assert_at(5);
    write(repository, &owner, Command::Purge { id: tasks[1].id, precondition: precondition() });
    assert_at(6);
    let unknown = Command::Purge { id: fresh_id(), precondition: precondition() };
    assert!(block_on(repository.write(&owner, unknown, moment(9))).is_err());
    create(repository, &fresh_owner("bob"), new_task("other"), moment(0));
    assert_at(6);
}

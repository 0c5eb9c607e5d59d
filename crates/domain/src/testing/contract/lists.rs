use pollster::block_on;

use super::racing::race;
use super::{create, fresh_id, fresh_owner, moment, new_task};
use crate::{
    Color, Command, CountedList, EntityTags, List, ListChange, ListCommand, ListId, ListName, MoveTo,
    NewList, Outcome, Owner, Precondition, RepositoryError, Revision, TaskRepository, TasksOfList,
};

/// A new list with this name.
pub(super) fn new_list(name: &str) -> NewList {
    NewList { id: fresh_list_id(), name: list_name(name), color: None }
}

pub(super) fn fresh_list_id() -> ListId {
    ListId::new(fresh_id().uuid())
}

fn list_name(text: &str) -> ListName {
    ListName::parse(text).unwrap()
}

pub(super) fn run(
    repository: &dyn TaskRepository,
    owner: &Owner,
    command: ListCommand,
    millis: i64,
) -> Result<Outcome, RepositoryError> {
    block_on(repository.write(owner, Command::List(command), moment(millis)))
}

/// The list after the command.
pub(super) fn list_after(
    repository: &dyn TaskRepository,
    owner: &Owner,
    command: ListCommand,
    millis: i64,
) -> List {
    match run(repository, owner, command, millis) {
        Ok(Outcome::List(list)) => list,
        other => panic!("{other:?}"),
    }
}

pub(super) fn make(repository: &dyn TaskRepository, owner: &Owner, name: &str) -> List {
    list_after(repository, owner, ListCommand::Create(new_list(name)), 0)
}

pub(super) fn rename(list: &List, name: &str, precondition: Precondition) -> ListCommand {
    let change = ListChange { name: Some(list_name(name)), ..ListChange::default() };
    ListCommand::Update { id: list.id, change, precondition }
}

pub(super) fn counted(repository: &dyn TaskRepository, owner: &Owner) -> Vec<CountedList> {
    block_on(repository.lists(owner, true)).unwrap().read
}

/// All lists in their order.
pub(super) fn all_lists(repository: &dyn TaskRepository, owner: &Owner) -> Vec<List> {
    let lists: Vec<List> = block_on(repository.lists(owner, false))
        .unwrap()
        .read
        .into_iter()
        .map(|counted| counted.list)
        .collect();
    let again: Vec<List> = counted(repository, owner).into_iter().map(|counted| counted.list).collect();
    assert_eq!(lists, again);
    lists
}

pub fn lists_are_created_last_and_changed(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    assert_eq!(all_lists(repository, &owner), []);
    let color = Color::parse("#1e90ff").ok();
    let new = NewList { color, ..new_list("Straße 🚀") };
    let first = list_after(repository, &owner, ListCommand::Create(new.clone()), 1);
    assert_eq!((first.id, &first.name, first.color), (new.id, &new.name, color));
    assert_eq!(
        (first.created_at, first.updated_at, first.revision),
        (moment(1), moment(1), Revision::new(1))
    );
    assert_eq!(&first.owner_id, owner.id());
    let others = ["b", "a", "c"].map(|name| make(repository, &owner, name));
    let [b, a, c] = others.clone();
    assert_eq!(all_lists(repository, &owner), [first.clone(), b.clone(), a.clone(), c.clone()]);
    let change = ListChange { name: Some(list_name("B")), color: Some(None) };
    let update = ListCommand::Update { id: first.id, change, precondition: Precondition::default() };
    assert!(matches!(run(repository, &owner, update, 5), Err(RepositoryError::NameTaken)));
    let change = ListChange { name: Some(list_name("STRASSE 🚀")), color: Some(None) };
    let update = ListCommand::Update { id: first.id, change, precondition: Precondition::default() };
    let changed = list_after(repository, &owner, update, 5);
    let expected = List {
        name: list_name("STRASSE 🚀"),
        color: None,
        updated_at: moment(5),
        revision: Revision::new(5),
        ..first
    };
    assert_eq!(changed, expected);
    assert_eq!(all_lists(repository, &owner), [expected, b, a, c]);
}

pub fn list_changes_of_no_value_keep_the_revision(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    for command in [
        rename(&list, "list", Precondition::default()),
        ListCommand::Update {
            id: list.id,
            change: ListChange { name: None, color: Some(None) },
            precondition: Precondition::default(),
        },
    ] {
        assert_eq!(list_after(repository, &owner, command, 9), list);
    }
    assert_eq!(all_lists(repository, &owner), [list]);
    let next = create(repository, &owner, new_task("task"), moment(10));
    assert_eq!(next.revision, Revision::new(2), "tasks and lists share their revisions");
}

pub fn list_names_are_unique_without_case(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "École");
    for name in ["école", "ÉCOLE", "E\u{301}cole", " École "] {
        let taken = run(repository, &owner, ListCommand::Create(new_list(name)), 1);
        assert!(matches!(taken, Err(RepositoryError::NameTaken)), "{name}");
    }
    let other = make(repository, &owner, "Ecole");
    let taken = run(repository, &owner, rename(&other, "école", Precondition::default()), 1);
    assert!(matches!(taken, Err(RepositoryError::NameTaken)));
    let renamed = list_after(repository, &owner, rename(&list, "ÉCOLE", Precondition::default()), 1);
    assert_eq!(all_lists(repository, &owner), [renamed, other]);
    make(repository, &fresh_owner("bob"), "École");
}

pub fn failed_preconditions_of_lists_return_the_revision(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let (list, other) = (make(repository, &owner, "list"), make(repository, &owner, "other"));
    let tags = |revision| Some(EntityTags::Revisions(vec![revision]));
    let stale = Precondition { if_match: tags(other.revision), ..Precondition::default() };
    // Before the name.
    let refused = run(repository, &owner, rename(&list, "other", stale), 1);
    let current = list.revision;
    assert!(matches!(refused, Err(RepositoryError::PreconditionFailed { current: at }) if at == current));
    let fresh = Precondition { if_match: tags(list.revision), ..Precondition::default() };
    assert_eq!(list_after(repository, &owner, rename(&list, "new", fresh), 1).revision, Revision::new(3));
}

pub fn list_ids_in_use_are_rejected_first(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    let other = make(repository, &owner, "other");
    let again = NewList { id: list.id, ..new_list("other") };
    let rejected = run(repository, &owner, ListCommand::Create(again), 1);
    let current = Some(list.revision);
    assert!(matches!(rejected, Err(RepositoryError::AlreadyExists { current: at }) if at == current));
    assert_eq!(all_lists(repository, &owner), [list.clone(), other]);
    let bob = fresh_owner("bob");
    let theirs = NewList { id: list.id, ..new_list("list") };
    list_after(repository, &bob, ListCommand::Create(theirs), 1);
}

pub fn an_owner_has_at_most_200_lists(repository: &dyn TaskRepository) {
    let owner = fresh_owner("collector");
    let lists: Vec<List> =
        (0..200).map(|number| make(repository, &owner, &format!("list {number}"))).collect();
    let rejected = run(repository, &owner, ListCommand::Create(new_list("one more")), 1);
    assert!(matches!(rejected, Err(RepositoryError::QuotaExceeded { limit: 200 })));
    let named = run(repository, &owner, ListCommand::Create(new_list("LIST 7")), 1);
    assert!(matches!(named, Err(RepositoryError::NameTaken)), "the name comes first");
    assert_eq!(all_lists(repository, &owner), lists);
    make(repository, &fresh_owner("other"), "list");
}

pub fn lists_of_other_owners_are_not_found(repository: &dyn TaskRepository) {
    let (alice, bob) = (fresh_owner("alice"), fresh_owner("bob"));
    let list = make(repository, &alice, "hers");
    let anything = [
        Precondition::default(),
        Precondition { if_match: Some(EntityTags::Any), ..Precondition::default() },
        Precondition { if_none_match: Some(EntityTags::Any), ..Precondition::default() },
    ];
    for precondition in anything {
        let rejected = run(repository, &bob, rename(&list, "his", precondition), 1);
        assert!(matches!(rejected, Err(RepositoryError::NotFound)));
    }
    assert_eq!((all_lists(repository, &bob), all_lists(repository, &alice)), (vec![], vec![list]));
}

pub fn one_of_concurrent_lists_gets_a_name(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let results = race(|racer| {
        let name = if racer % 2 == 0 { "Same" } else { "sAME" };
        run(repository, &owner, ListCommand::Create(new_list(name)), 0)
    });
    let won = results.iter().filter(|result| result.is_ok()).count();
    let taken = |result: &&_| matches!(result, Err(RepositoryError::NameTaken));
    assert_eq!((won, results.iter().filter(taken).count()), (1, results.len() - 1));
    assert_eq!(all_lists(repository, &owner).len(), 1);
}

pub fn erased_owners_have_no_lists(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    block_on(repository.erase(&owner)).unwrap();
    assert_eq!(all_lists(repository, &owner), []);
    let again = NewList { id: list.id, ..new_list("list") };
    assert_eq!(list_after(repository, &owner, ListCommand::Create(again), 1).revision, Revision::new(1));
}

pub fn moved_lists_are_where_they_were_put(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let lists = ["a", "b", "c"].map(|name| make(repository, &owner, name));
    let names = || -> String {
        all_lists(repository, &owner).iter().map(|list| list.name.as_str().to_owned()).collect()
    };
    let [a, b, c] = lists.each_ref().map(|list| list.id);
    let put = |id, to, millis| {
        let command = ListCommand::Move { id, to, precondition: Precondition::default() };
        list_after(repository, &owner, command, millis)
    };
    for (id, to, expected, revision) in [
        (c, MoveTo::First, "cab", 4),
        (c, MoveTo::First, "cab", 4),
        (c, MoveTo::Before(a), "cab", 4),
        (b, MoveTo::After(b), "cab", 4),
        (b, MoveTo::Before(a), "cba", 5),
        (c, MoveTo::After(a), "bac", 6),
        (b, MoveTo::Last, "acb", 7),
    ] {
        let moved = put(id, to, i64::from(revision));
        assert_eq!(names(), expected, "{to:?}");
        if moved.id == id && moved.updated_at == moment(i64::from(revision)) {
            assert_eq!(moved.revision, Revision::new(i64::from(revision)));
        }
    }
    let theirs = make(repository, &fresh_owner("bob"), "theirs").id;
    for neighbour in [theirs, fresh_list_id()] {
        let stale = Precondition { if_match: Some(EntityTags::Revisions(vec![])), ..Precondition::default() };
        let command = ListCommand::Move { id: a, to: MoveTo::After(neighbour), precondition: stale };
        let rejected = run(repository, &owner, command, 9);
        assert!(
            matches!(rejected, Err(RepositoryError::UnknownNeighbour { member: "after" })),
            "{rejected:?}"
        );
    }
    assert_eq!(names(), "acb");
    // As often as a key between two others would become too long.
    for _ in 0..150 {
        let order = all_lists(repository, &owner);
        put(order[2].id, MoveTo::Before(order[1].id), 10);
        assert_eq!(all_lists(repository, &owner)[1].id, order[2].id);
    }
}

/// Also where the deletion and the creation are stored together.
pub fn recreated_lists_are_new(repository: &dyn TaskRepository) {
    let (owner, id) = (fresh_owner("alice"), fresh_list_id());
    let histories = race(|racer| {
        let (mut created, mut read) = (Vec::new(), Vec::new());
        for round in 0..16 {
            let deletion =
                ListCommand::Delete { id, tasks: TasksOfList::Keep, precondition: Precondition::default() };
            let _ = run(repository, &owner, deletion, 0);
            let creation = ListCommand::Create(NewList { id, ..new_list("same") });
            let at = i64::try_from(100 * racer + round).unwrap();
            if let Ok(Outcome::List(list)) = run(repository, &owner, creation, at) {
                created.push(list);
            }
            // Few scans of one owner may wait.
            if racer == 0 {
                let lists = block_on(repository.lists(&owner, false)).unwrap().read;
                read.extend(lists.into_iter().map(|counted| counted.list));
            }
        }
        (created, read)
    });
    let (created, read): (Vec<_>, Vec<_>) = histories.into_iter().unzip();
    let created = created.concat();
    for list in read.concat() {
        assert!(created.contains(&list), "{list:?}");
    }
}

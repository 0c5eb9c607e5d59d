use pollster::block_on;

use super::{create, description, fresh_owner, moment, new_task, title};
use crate::{
    Change, Completion, Direction, ListQuery, NewTask, Owner, OwnerRevision, Page, Precondition, SearchText,
    Sort, SortKey, Status, TaskRepository,
};

fn list(repository: &dyn TaskRepository, owner: &Owner, query: ListQuery) -> Page {
    block_on(repository.list(owner, query)).unwrap()
}

fn titles(page: &Page) -> Vec<&str> {
    page.tasks.iter().map(|task| task.title.as_str()).collect()
}

/// Five tasks: two made in the same millisecond, one done, one changed last.
fn five(repository: &dyn TaskRepository) -> Owner {
    let owner = fresh_owner("lister");
    for (text, millis) in [("delta", 10), ("Alpha", 20), ("charlie", 30), ("Bravo", 30), ("echo", 40)] {
        let task = create(repository, &owner, new_task(text), moment(millis));
        if text == "delta" {
            let done = Change { completion: Some(Completion::Set(true)), ..Change::default() };
            block_on(repository.update(&owner, task.id, done, Precondition::default(), moment(50))).unwrap();
        }
    }
    owner
}

pub fn lists_are_newest_first_with_ties_by_id(repository: &dyn TaskRepository) {
    let owner = five(repository);
    let page = list(repository, &owner, ListQuery::default());
    assert_eq!(titles(&page), ["echo", "Bravo", "charlie", "Alpha", "delta"]);
    assert!(!page.more && page.total.is_none());
    assert!(page.tasks.iter().all(|task| task.owner_id == *owner.id()));
}

pub fn orders_are_total_in_both_directions(repository: &dyn TaskRepository) {
    let owner = five(repository);
    for key in [SortKey::Created, SortKey::Updated, SortKey::Title] {
        let ordered = |direction| {
            let query = ListQuery { sort: Sort { key, direction }, ..ListQuery::default() };
            list(repository, &owner, query).tasks
        };
        let mut ascending = ordered(Direction::Ascending);
        assert!(ascending.is_sorted_by_key(|task| key.position(task)), "{key:?}");
        ascending.reverse();
        assert_eq!(ascending, ordered(Direction::Descending), "{key:?}");
    }
}

pub fn titles_are_sorted_case_insensitively(repository: &dyn TaskRepository) {
    let owner = five(repository);
    let sort = Sort { key: SortKey::Title, direction: Direction::Ascending };
    let page = list(repository, &owner, ListQuery { sort, ..ListQuery::default() });
    assert_eq!(titles(&page), ["Alpha", "Bravo", "charlie", "delta", "echo"]);
}

pub fn pages_have_no_gaps_or_repetitions(repository: &dyn TaskRepository) {
    let owner = five(repository);
    for key in [SortKey::Created, SortKey::Updated, SortKey::Title] {
        for direction in [Direction::Ascending, Direction::Descending] {
            let query = ListQuery { sort: Sort { key, direction }, ..ListQuery::default() };
            let whole = list(repository, &owner, query.clone()).tasks;
            let mut paged = Vec::new();
            let mut after = None;
            loop {
                let page = list(repository, &owner, ListQuery { after, limit: 2, ..query.clone() });
                after = page.next(key);
                assert_eq!(page.more, after.is_some());
                paged.extend(page.tasks);
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(paged, whole, "{key:?} {direction:?}");
        }
    }
}

pub fn pages_are_stable_during_writes(repository: &dyn TaskRepository) {
    let owner = five(repository);
    let first = list(repository, &owner, ListQuery { limit: 2, ..ListQuery::default() });
    create(repository, &owner, new_task("newest"), moment(99));
    block_on(repository.delete(&owner, first.tasks[0].id, Precondition::default(), moment(99))).unwrap();
    let second = ListQuery { after: first.next(SortKey::Created), ..ListQuery::default() };
    assert_eq!(titles(&list(repository, &owner, second)), ["charlie", "Alpha", "delta"]);
}

pub fn lists_are_filtered_by_status(repository: &dyn TaskRepository) {
    let owner = five(repository);
    let count = |status| list(repository, &owner, ListQuery { status, ..ListQuery::default() }).tasks.len();
    assert_eq!([Status::All, Status::Pending, Status::Completed].map(count), [5, 4, 1]);
}

fn found(repository: &dyn TaskRepository, owner: &Owner, text: &str) -> usize {
    let query = ListQuery { search: SearchText::parse(text).unwrap(), ..ListQuery::default() };
    list(repository, owner, query).tasks.len()
}

pub fn searches_are_case_insensitive_substring_matches(repository: &dyn TaskRepository) {
    let owner = fresh_owner("searcher");
    let written = NewTask { description: description("50% of \\ it_all"), ..new_task("Straße ΟΔΟΣ") };
    create(repository, &owner, written, moment(0));
    create(repository, &owner, new_task("plain"), moment(1));
    for text in ["STRASSE", "οδο", "% of", "\\", "_", "IT_ALL", "ße Ο"] {
        assert_eq!(found(repository, &owner, text), 1, "{text}");
    }
    for text in ["50_", "p%n", "ΟΔΟΣ50", "straße  ο"] {
        assert_eq!(found(repository, &owner, text), 0, "{text}");
    }
    assert_eq!(found(repository, &owner, "a"), 2);
}

pub fn searches_find_texts_that_a_person_considers_the_same(repository: &dyn TaskRepository) {
    let owner = fresh_owner("searcher");
    let texts = ["Cafe\u{301} ﬁne", "Ｔｏｋｙｏ，ﾃﾞｰﾀ", "Kapı ΟΔΟΣ", "resume"];
    for (number, text) in (0..).zip(texts) {
        create(repository, &owner, new_task(text), moment(number));
        let written = NewTask { description: description(text), ..new_task("x") };
        create(repository, &owner, written, moment(number));
    }
    for text in ["CAFÉ", "e\u{301} fi", "FINE", "tokyo,データ", "tokyo，ﾃﾞ", "kapı οδος", "οδοσ", "SUM"]
    {
        assert_eq!(found(repository, &owner, text), 2, "{text}");
    }
    for text in ["cafe", "kapi", "résumé", "\u{301}", "ﾀ\u{3099}", "\u{ad}"] {
        assert_eq!(found(repository, &owner, text), 0, "{text}");
    }
}

pub fn searches_find_changed_texts(repository: &dyn TaskRepository) {
    let owner = fresh_owner("searcher");
    let written = NewTask { description: description("old words"), ..new_task("Old name") };
    let task = create(repository, &owner, written, moment(0));
    let update =
        |change| block_on(repository.update(&owner, task.id, change, Precondition::default(), moment(1)));
    update(Change { title: Some(title("New name")), ..Change::default() }).unwrap();
    let counts = ["old name", "NEW NAME", "OLD WORDS"].map(|text| found(repository, &owner, text));
    assert_eq!(counts, [0, 1, 1]);
    update(Change { description: Some(description("fresh words")), ..Change::default() }).unwrap();
    let counts = ["new name", "old words", "FRESH"].map(|text| found(repository, &owner, text));
    assert_eq!(counts, [1, 0, 1]);
    update(Change { description: Some(None), ..Change::default() }).unwrap();
    assert_eq!(["new name", "fresh"].map(|text| found(repository, &owner, text)), [1, 0]);
}

pub fn offsets_may_pass_the_end(repository: &dyn TaskRepository) {
    let owner = five(repository);
    let page = |offset| list(repository, &owner, ListQuery { offset, limit: 2, ..ListQuery::default() });
    assert_eq!(titles(&page(3)), ["Alpha", "delta"]);
    assert!(!page(3).more && page(2).more);
    assert!(page(5).tasks.is_empty() && page(i64::MAX.unsigned_abs()).tasks.is_empty());
}

pub fn totals_count_all_matches(repository: &dyn TaskRepository) {
    let owner = five(repository);
    let query = ListQuery { status: Status::Pending, limit: 1, count: true, ..ListQuery::default() };
    let page = list(repository, &owner, query.clone());
    assert_eq!((page.tasks.len(), page.total), (1, Some(4)));
    let behind = list(repository, &owner, ListQuery { after: page.next(SortKey::Created), ..query });
    assert_eq!(behind.total, Some(4), "the count is of all pages");
}

pub fn unknown_owners_have_empty_lists(repository: &dyn TaskRepository) {
    let page = list(repository, &fresh_owner("unknown"), ListQuery { count: true, ..ListQuery::default() });
    assert_eq!(
        page,
        Page { tasks: vec![], more: false, total: Some(0), at: OwnerRevision::NONE, until: None }
    );
}

use domain::{SearchText, Sort, Status};

use super::*;

#[test]
fn scans_are_distinguished_from_pages() {
    let query = ListQuery::default;
    let search = SearchText::parse("milk").unwrap();
    let by_title = Sort { key: SortKey::Title, ..Sort::default() };
    let pages = [
        query(),
        ListQuery { count: true, ..query() },
        ListQuery { status: Status::Pending, ..query() },
        ListQuery { offset: MAX_PAGE_OFFSET, ..query() },
    ];
    let scans = [
        ListQuery { search, ..query() },
        ListQuery { sort: by_title, ..query() },
        ListQuery { status: Status::Pending, count: true, ..query() },
        ListQuery { offset: MAX_PAGE_OFFSET + 1, ..query() },
        ListQuery { scope: Scope::Trash, ..query() },
    ];
    assert!(!pages.iter().any(is_scan) && scans.iter().all(is_scan));
}

#[cfg(feature = "sqlite")]
#[test]
fn combinations_of_filters_leave_no_prepared_statements() {
    use domain::{Priority, Tag};

    let owner = Owner::for_test("a");
    let functions =
        SqlFunctions { title: "title", in_time: "", find: "instr", position: "position", lateral: false };
    let is_kept = |query: &ListQuery| {
        PageQuery::new(&functions, &owner, query).is_safe_to_cache_prepared(&diesel::sqlite::Sqlite).unwrap()
    };
    let query = ListQuery::default;
    let search = SearchText::parse("milk").unwrap();
    let by = |key| Sort { key, ..Sort::default() };
    let common = [
        query(),
        ListQuery { count: true, status: Status::Pending, ..query() },
        ListQuery { search, sort: by(SortKey::Title), ..query() },
    ];
    let others = [
        ListQuery { priorities: vec![Priority::High], ..query() },
        ListQuery { tags: vec![Tag::parse("a").unwrap()], ..query() },
        ListQuery { due: DueFilter { none: true, ..DueFilter::default() }, ..query() },
        ListQuery { sort: by(SortKey::DueDate), ..query() },
        ListQuery { scope: Scope::Trash, ..query() },
    ];
    assert!(common.iter().all(is_kept) && !others.iter().any(is_kept));
}

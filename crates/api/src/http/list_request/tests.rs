use super::*;

fn parse_in(scope: Scope, query: &str) -> Result<ListRequest, Problem> {
    ListRequest::parse(query, scope, Timestamp::from_unix_millis(0).unwrap())
}

fn parse(query: &str) -> Result<ListRequest, Problem> {
    parse_in(Scope::Live, query)
}

fn read(query: &str) -> ListQuery {
    parse(query).unwrap_or_else(|problem| panic!("{query}: {problem}")).query
}

fn error(query: &str) -> String {
    parse(query).err().unwrap_or_else(|| panic!("{query} was accepted")).to_string()
}

#[test]
fn defaults_are_all_tasks_newest_first() {
    assert_eq!(read(""), ListQuery::default());
    assert_eq!(read("nope=1&limit[]=2&&="), ListQuery::default());
}

#[test]
fn spellings_of_status() {
    let spellings = [
        ("status=ALL", Status::All),
        ("status=active", Status::Pending),
        ("completed=True", Status::Completed),
        ("completed=0", Status::Pending),
        ("status=all&completed=true", Status::Completed),
    ];
    for (query, status) in spellings {
        assert_eq!(read(query).status, status, "{query}");
    }
    assert_eq!(error("status=pending&completed=true"), "validation: completed: contradicts status");
}

#[test]
fn spellings_of_sort() {
    use Direction::{Ascending, Descending};
    let spellings = [
        ("sort=title", SortKey::Title, Ascending),
        ("sort=-title", SortKey::Title, Descending),
        ("sort_by=updated_at&order=desc", SortKey::Updated, Descending),
        ("sort=created", SortKey::Created, Ascending),
        ("order=ASC", SortKey::Created, Ascending),
        ("sort=-created_at&order=desc", SortKey::Created, Descending),
        ("sort=title&sort_by=title", SortKey::Title, Ascending),
        ("sort=title&sort_order=Desc", SortKey::Title, Descending),
        ("sort_by=title&sort_direction=desc&sort_dir=DESC", SortKey::Title, Descending),
        ("sort_dir=asc", SortKey::Created, Ascending),
    ];
    for (query, key, direction) in spellings {
        assert_eq!(read(query).sort, Sort { key, direction }, "{query}");
    }
    assert_eq!(error("sort=-title&order=asc"), "validation: order: contradicts the sign of sort");
    assert_eq!(error("sort=-title&sort_dir=asc"), "validation: order: contradicts the sign of sort");
    assert_eq!(error("order=asc&sort_order=desc"), "validation: sort_order: contradicts order");
    assert_eq!(error("sort_order=asc&sort_dir=desc"), "validation: sort_dir: contradicts sort_order");
}

#[test]
fn spellings_of_offset() {
    let spellings = [
        ("skip=7", 7),
        ("offset=7&skip=7", 7),
        ("page=1", 0),
        ("page=2", 1000),
        ("page=3&limit=10", 20),
        ("limit=10&page=3&skip=20&offset=20", 20),
        ("page=9223372036854775807&limit=1000", i64::MAX.unsigned_abs()),
        ("page=1&offset=0", 0),
    ];
    for (query, offset) in spellings {
        assert_eq!(read(query).offset, offset, "{query}");
    }
    assert_eq!(read("page=2").limit, PAGE_MAX);
    for (query, reason) in [
        ("page=0", "page: must be an integer from 1"),
        ("page=-1", "page: must be an integer from 1"),
        ("page=", "page: must be an integer from 1"),
        ("page=9223372036854775808", "page: must be an integer from 1"),
        ("skip=x", "skip: must be a non-negative integer"),
        ("offset=1&skip=2", "skip: contradicts offset"),
        ("offset=0&page=2", "page: contradicts offset"),
        ("skip=1&page=2&limit=10", "page: contradicts skip"),
        ("page=2&limit=0", "limit: must be an integer from 1 to 1000"),
    ] {
        assert_eq!(error(query), format!("validation: {reason}"), "{query}");
    }
}

#[test]
fn parameters_may_repeat_their_value() {
    assert_eq!(read("limit=10&limit=10&order=asc&order=ASC&completed=1&completed=true").limit, 10);
    assert_eq!(read("page=2&page=2&page=2").offset, 1000);
    for name_and_values in [
        "limit=1&limit=2",
        "search=a&search=b",
        "status=all&status=pending",
        "completed=true&completed=false",
        "page=1&page=2",
        "sort=title&sort=-title",
        "count=true&count=false",
        "order=asc&order=desc",
    ] {
        let name = name_and_values.split_once('=').unwrap().0;
        let reason = format!("validation: {name}: is repeated with another value");
        assert_eq!(error(name_and_values), reason);
    }
}

#[test]
fn unknown_values_are_rejected() {
    let queries = [
        "sort=title&sort_by=password",
        "sort=title&sort_by=created",
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=+1",
        "limit=abc",
        "limit=",
        "limit=1&limit=2",
        "offset=1e3",
        "offset=9223372036854775808",
        "sort=password",
        "order=up",
        "status=done",
        "completed=maybe",
        "count=x",
        "cursor=%00%ff",
        "cursor=x",
        "search=%00",
        "search=%ff",
    ];
    for query in queries {
        assert!(error(query).starts_with("validation: "), "{query}");
    }
    assert_eq!(read("limit=1000&offset=9223372036854775807&count=true").limit, 1000);
}

#[test]
fn search_is_decoded_once_and_folded() {
    assert_eq!(read("search=A+B%2525").search.unwrap().folded(domain::SearchRule::CURRENT), "a b%25");
    assert_eq!(read("search=").search, None);
}

#[test]
fn trashes_are_sorted_by_deletion() {
    let trash = |query: &str| parse_in(Scope::Trash, query).map(|request| request.query);
    let deleted = |direction| Sort { key: SortKey::Deleted, direction };
    for (query, sort) in [
        ("", deleted(Direction::Descending)),
        ("order=asc", deleted(Direction::Ascending)),
        ("sort=deleted", deleted(Direction::Ascending)),
        ("sort=-deleted_at", deleted(Direction::Descending)),
        ("sort=-created", Sort::default()),
    ] {
        assert_eq!(trash(query).unwrap().sort, sort, "{query}");
    }
    assert!(error("sort=deleted").starts_with("validation: "));
    let request = parse_in(Scope::Trash, "").unwrap();
    let id = domain::TaskId::new(uuid::Uuid::from_u128(1));
    let cursor = request.cursor(Position::Revision(Revision::new(7), id), None);
    assert!(trash(&format!("cursor={cursor}")).unwrap().after.is_some());
    assert!(error(&format!("cursor={cursor}")).starts_with("validation: "), "a cursor of another list");
}

#[test]
fn cursors_contain_filter_and_order() {
    let request = parse("status=pending&search=x&sort=title&priority=high&tags=a,B").unwrap();
    let id = domain::TaskId::new(uuid::Uuid::from_u128(1));
    let cursor = request.cursor(Position::Title("a".into(), id), Some(Revision::new(3)));
    let next = read(&format!("cursor={cursor}"));
    assert_eq!(
        (next.status, next.sort, &next.search, &next.priorities),
        (Status::Pending, request.query.sort, &request.query.search, &request.query.priorities)
    );
    assert!(next.after.is_some());
    assert_eq!(read(&format!("cursor={cursor}&status=pending&search=x&sort=title&priority=HIGH")), next);
    let same = ["offset=0", "tz=UTC", "tags=b,A", "tag=b&tag=a", "order=asc", "sort_by=title"];
    for query in same {
        assert_eq!(read(&format!("cursor={cursor}&{query}")), next, "{query}");
    }
    let others = ["status=all", "search=y", "sort=-title", "order=desc", "sort_dir=desc"];
    let filters = ["priority=low", "tag=x", "tz=Europe/Berlin"];
    let positions = ["offset=1", "skip=1", "skip=0", "page=1", "page=2"];
    for other in others.into_iter().chain(positions).chain(filters) {
        assert!(error(&format!("cursor={cursor}&{other}")).starts_with("validation: "), "{other}");
    }
}

#[test]
fn later_pages_know_the_revision_of_the_first() {
    let task = |revision| {
        let new = domain::NewTask::new(domain::TaskId::new(uuid::Uuid::from_u128(1)), title());
        let owner = domain::OwnerId::parse("alice").unwrap();
        Page {
            tasks: vec![new.into_task(owner, Revision::new(1), Timestamp::from_unix_millis(0).unwrap())],
            more: true,
            total: None,
            revision,
        }
    };
    let title_order = parse("sort=title").unwrap();
    let first = task(Some(Revision::new(3)));
    assert!(!title_order.has_changed_since(&first));
    let second = parse(&format!("cursor={}", title_order.next_cursor(&first).unwrap())).unwrap();
    assert!(!second.has_changed_since(&first));
    for revision in [2, 4] {
        let later = task(Some(Revision::new(revision)));
        assert!(second.has_changed_since(&later), "an erased owner begins again");
        let third = parse(&format!("cursor={}", second.next_cursor(&later).unwrap())).unwrap();
        assert!(third.has_changed_since(&later) && !third.has_changed_since(&first));
    }
    let created = parse("").unwrap();
    let next = parse(&format!("cursor={}", created.next_cursor(&task(None)).unwrap())).unwrap();
    assert!(!next.has_changed_since(&task(None)));
}

fn title() -> domain::Title {
    domain::Title::parse("a", 200).unwrap()
}

#[test]
fn cursors_with_other_filters_are_rejected() {
    let id = domain::TaskId::new(uuid::Uuid::from_u128(1));
    let (search, sort) = (String::new(), Sort::default());
    let position = Position::Time(Timestamp::from_unix_millis(0).unwrap(), id);
    let (scope, status, filters, revision) = (Scope::Live, Status::All, String::new(), None);
    let cursor = Cursor { scope, status, search, sort, position, filters, revision };
    assert!(read(&format!("cursor={}", cursor.encode())).after.is_some());
    // A zone that this build does not know must not become a list without the filter.
    let cursor = Cursor { filters: "due_after=2026-12-24&tz=Mars/Base".into(), ..cursor };
    assert!(error(&format!("cursor={}", cursor.encode())).starts_with("validation: cursor: "));
}

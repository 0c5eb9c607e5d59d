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

/// Every order, of live tasks and of the trash.
#[cfg(feature = "sqlite")]
fn orders() -> impl Iterator<Item = (Scope, SortKey)> {
    let keys = [
        SortKey::Created,
        SortKey::Updated,
        SortKey::Title,
        SortKey::DueDate,
        SortKey::Priority,
        SortKey::Completed,
        SortKey::Position,
    ];
    let trash = keys.into_iter().chain([SortKey::Deleted]).map(|key| (Scope::Trash, key));
    keys.into_iter().map(|key| (Scope::Live, key)).chain(trash)
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite_reads_matches_once_and_the_tasks_of_the_page_by_key() {
    use diesel::sql_types::Text;
    use domain::{DueLimit, Overdue};

    use crate::backend::Backend;
    use crate::database::sqlite::{FUNCTIONS, Sqlite};
    use crate::{DatabaseOptions, MigrationOptions, migrations};

    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    let folder = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::open(folder.path().join("tasks.db"), &DatabaseOptions::default()).unwrap();
    migrations::run(&sqlite, &MigrationOptions::default()).unwrap();
    let connection = &mut sqlite.connect().unwrap();
    let owner = Owner::for_test("a");
    let limit = DueLimit { day_key: 0, moment_key: 1 };
    let overdue =
        [None, Some(true), Some(false)].map(|wanted| Some(Overdue { wanted: wanted?, limit, day_end: 2 }));
    let combinations =
        orders().flat_map(|order| [Status::All, Status::Pending].map(|status| (order, status)));
    for (((scope, key), status), overdue) in
        combinations.flat_map(|one| overdue.map(|overdue| (one, overdue)))
    {
        for count in [false, true] {
            let due = DueFilter { overdue, ..DueFilter::default() };
            let sort = Sort { key, ..Sort::default() };
            let query = ListQuery { scope, sort, status, count, due, ..ListQuery::default() };
            let page = PageQuery::new(&FUNCTIONS, &owner, &query);
            let text = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&page).to_string();
            let (sql, _) = text.split_once(" -- binds").unwrap();
            let plan: Vec<Step> =
                diesel::sql_query(format!("explain query plan {sql}")).load(connection).unwrap();
            let by_key = "SEARCH tasks USING INDEX sqlite_autoindex_tasks_1 (owner_id=? AND id=?)";
            let reads = plan.iter().map(|step| &*step.detail).filter(|step| step.contains(" tasks "));
            let (of_page, of_owner): (Vec<_>, Vec<_>) = reads.partition(|step| step.starts_with(by_key));
            let is_sorted = scope == Scope::Trash || key != SortKey::Created;
            assert_eq!(of_page.len(), usize::from(is_sorted || overdue.is_some()), "{sql}");
            // In the order of the index, a page of pending tasks reads a few of many, and the count all.
            let is_counted_apart = of_page.is_empty() && count && status == Status::Pending;
            assert_eq!(of_owner.len(), 1 + usize::from(is_counted_apart), "{sql}: {of_owner:#?}");
        }
    }
}

#[test]
fn empty_pages_are_read_again_only_if_that_is_cheap() {
    let query = ListQuery::default;
    let search = SearchText::parse("milk").unwrap();
    let expensive = [
        ListQuery { status: Status::Completed, ..query() },
        ListQuery { search, ..query() },
        ListQuery { offset: 1, ..query() },
        ListQuery { sort: Sort { key: SortKey::Title, ..Sort::default() }, ..query() },
    ];
    assert!(
        Form::of(&query()) == Form::Plain && expensive.iter().all(|query| Form::of(query) != Form::Plain)
    );
}

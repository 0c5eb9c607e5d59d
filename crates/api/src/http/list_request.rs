//! Reads the query of a list: filter, order, position, page size.

mod filters;

use domain::{Direction, ListQuery, PAGE_MAX, Scope, SearchText, Sort, SortKey, Status, Timestamp};

use crate::http::cursor::Cursor;
use crate::http::problem::Problem;
use crate::http::query::{Parameters, boolean, unsigned_integer};
use filters::Filters;

/// The query of a list, with what the cursor of the next page contains.
#[derive(Debug)]
pub(crate) struct ListRequest {
    /// The query for the use case.
    pub query: ListQuery,
    search: String,
    filters: Filters,
}

impl ListRequest {
    /// Reads the query of the URL, at this time.
    pub(crate) fn parse(query: &str, scope: Scope, now: Timestamp) -> Result<Self, Problem> {
        let mut parameters = Parameters::read(query, &[&KNOWN[..], &filters::KNOWN].concat());
        let request = parameters.list_request(scope, now);
        parameters.finish(request)
    }

    /// The cursor of the next page.
    pub(crate) fn cursor(&self, position: domain::Position) -> String {
        let ListQuery { scope, status, sort, .. } = self.query;
        let (search, filters) = (self.search.clone(), self.filters.to_query());
        Cursor { scope, status, search, sort, position, filters }.encode()
    }
}

const KNOWN: [&str; 15] = [
    "status",
    "completed",
    "search",
    "sort",
    "sort_by",
    "order",
    "sort_order",
    "sort_direction",
    "sort_dir",
    "limit",
    "offset",
    "skip",
    "page",
    "cursor",
    "count",
];

/// The names of the sort key.
const SORT: [&str; 2] = ["sort", "sort_by"];

/// The names of the sort direction.
const ORDER: [&str; 4] = ["order", "sort_order", "sort_direction", "sort_dir"];

const CURSOR: &str = "differs from the cursor";

impl Parameters<'_> {
    fn list_request(&mut self, scope: Scope, now: Timestamp) -> ListRequest {
        let of_list = |text: &str| Cursor::decode(text).filter(|cursor| cursor.scope == scope);
        let cursor = self.take("cursor", "must be a cursor from X-Next-Cursor of this list", of_list);
        let status = self.status();
        let sort = self.sort(scope);
        let search = self.take("search", "", |text| Some(text.to_owned()));
        let position = cursor.as_ref().map(|cursor| cursor.position.clone());
        let of_filters =
            cursor.as_ref().map(|cursor| Filters::from_query(&cursor.filters).unwrap_or_default());
        let filters = self.filters();
        let filters = self.agreed_filters(filters, of_filters);
        let carried = cursor.map(|cursor| (cursor.status, cursor.search, cursor.sort));
        let (of_status, of_search, of_sort) =
            carried.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)));
        let status = self.agree("status", status, of_status, CURSOR).unwrap_or_default();
        let sort = self.agree("sort", sort, of_sort, CURSOR).unwrap_or_else(|| default_sort(scope));
        let search = self.agree("search", search, of_search, CURSOR).unwrap_or_default();
        let limit = self.take("limit", "must be an integer from 1 to 1000", limit).unwrap_or(PAGE_MAX);
        let query = ListQuery {
            scope,
            status,
            priorities: filters.priorities(),
            tags: filters.tags(),
            due: filters.due(now),
            search: self.search(&search),
            sort,
            offset: self.offset(position.is_some(), limit),
            after: position,
            limit,
            count: self.take("count", "must be true or false", boolean).unwrap_or(false),
        };
        ListRequest { query, search, filters }
    }

    /// A value with two sources, such as a parameter and the cursor: one is enough, and both must agree.
    fn agree<T: PartialEq>(
        &mut self,
        name: &str,
        asked: Option<T>,
        carried: Option<T>,
        msg: &str,
    ) -> Option<T> {
        if let (Some(asked), Some(carried)) = (&asked, &carried)
            && asked != carried
        {
            self.reject(name, msg, "contradiction");
        }
        asked.or(carried)
    }

    fn status(&mut self) -> Option<Status> {
        let named = self.take("status", "must be all, pending, active or completed", status);
        let flagged = self.take("completed", "must be true or false", boolean);
        let flagged = flagged.map(|completed| if completed { Status::Completed } else { Status::Pending });
        match (named, flagged) {
            (Some(named), Some(flagged)) if named != flagged && named != Status::All => {
                self.reject("completed", "contradicts status", "contradiction");
                None
            }
            (named, flagged) => flagged.or(named),
        }
    }

    fn sort(&mut self, scope: Scope) -> Option<Sort> {
        let (msg, sort): (_, fn(&str) -> _) = match scope {
            Scope::Live => (
                "must be created, updated, title, due_date, priority or completed, with - before it for descending",
                sort,
            ),
            Scope::Trash => (
                "must be deleted, created, updated, title, due_date, priority or completed, with - before it for descending",
                sort_of_trash,
            ),
        };
        let sort = self.take_aliases(&SORT, msg, sort);
        let order = self.take_aliases(&ORDER, "must be asc or desc", order);
        match (sort, order) {
            (None, None) => None,
            (None, Some(direction)) => Some(Sort { direction, ..default_sort(scope) }),
            (Some((key, Some(signed))), Some(direction)) if signed != direction => {
                self.reject("order", "contradicts the sign of sort", "contradiction");
                Some(Sort { key, direction })
            }
            (Some((key, signed)), order) => {
                Some(Sort { key, direction: signed.or(order).unwrap_or(Direction::Ascending) })
            }
        }
    }

    /// The number of tasks to skip, by any of its names.
    fn offset(&mut self, with_cursor: bool, limit: u32) -> u64 {
        let msg = "must be a non-negative integer";
        let from = self.take("offset", msg, offset);
        let skip = self.take("skip", msg, offset);
        let page = self.take("page", "must be an integer from 1", page);
        let named = [("offset", from), ("skip", skip), ("page", page.map(|page| skipped(page, limit)))];
        let mut first: Option<(&str, u64)> = None;
        for (name, skipped) in named {
            let Some(skipped) = skipped else { continue };
            // A cursor already is a position; an offset from there would skip tasks on every page. Zero, the default, is
            // sent by tools that fill in defaults.
            if with_cursor && (name, skipped) != ("offset", 0) {
                self.reject(name, "cannot be combined with cursor", "contradiction");
            }
            match first {
                Some((other, value)) if value != skipped => {
                    self.reject(name, format!("contradicts {other}"), "contradiction");
                }
                _ => first = first.or(Some((name, skipped))),
            }
        }
        first.map_or(0, |(_, skipped)| skipped)
    }

    fn search(&mut self, text: &str) -> Option<SearchText> {
        SearchText::parse(text).unwrap_or_else(|error| {
            self.reject("search", error.to_string(), "value_error");
            None
        })
    }
}

fn status(value: &str) -> Option<Status> {
    match value.to_ascii_lowercase().as_str() {
        "all" => Some(Status::All),
        "pending" | "active" => Some(Status::Pending),
        "completed" => Some(Status::Completed),
        _ => None,
    }
}

/// The newest first; in the trash, the newest deletion.
fn default_sort(scope: Scope) -> Sort {
    match scope {
        Scope::Live => Sort::default(),
        Scope::Trash => Sort { key: SortKey::Deleted, ..Sort::default() },
    }
}

fn sort(value: &str) -> Option<(SortKey, Option<Direction>)> {
    sort_of_trash(value).filter(|(key, _)| *key != SortKey::Deleted)
}

fn sort_of_trash(value: &str) -> Option<(SortKey, Option<Direction>)> {
    let (name, direction) = match value.strip_prefix('-') {
        Some(name) => (name, Some(Direction::Descending)),
        None => (value, None),
    };
    let key = match name.to_ascii_lowercase().as_str() {
        "created" | "created_at" => SortKey::Created,
        "updated" | "updated_at" => SortKey::Updated,
        "title" => SortKey::Title,
        "due_date" => SortKey::DueDate,
        "priority" => SortKey::Priority,
        "completed" => SortKey::Completed,
        "deleted" | "deleted_at" => SortKey::Deleted,
        _ => return None,
    };
    Some((key, direction))
}

fn order(value: &str) -> Option<Direction> {
    match value.to_ascii_lowercase().as_str() {
        "asc" => Some(Direction::Ascending),
        "desc" => Some(Direction::Descending),
        _ => None,
    }
}

fn limit(value: &str) -> Option<u32> {
    unsigned_integer(value)
        .and_then(|limit| u32::try_from(limit).ok())
        .filter(|limit| (1..=PAGE_MAX).contains(limit))
}

/// Of the range that both databases can skip.
fn offset(value: &str) -> Option<u64> {
    unsigned_integer(value).filter(|offset| i64::try_from(*offset).is_ok())
}

fn page(value: &str) -> Option<u64> {
    offset(value).filter(|page| *page > 0)
}

/// The tasks on the pages before this one. A number that no database can skip is past the end, like the largest one.
fn skipped(page: u64, limit: u32) -> u64 {
    const MOST: u64 = i64::MAX.unsigned_abs();
    page.saturating_sub(1).saturating_mul(u64::from(limit)).min(MOST)
}

#[cfg(test)]
mod tests {
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
        let cursor = request.cursor(domain::Position::Revision(domain::Revision::new(7), id));
        assert!(trash(&format!("cursor={cursor}")).unwrap().after.is_some());
        assert!(error(&format!("cursor={cursor}")).starts_with("validation: "), "a cursor of another list");
    }

    #[test]
    fn cursors_contain_filter_and_order() {
        let request = parse("status=pending&search=x&sort=title&priority=high").unwrap();
        let id = domain::TaskId::new(uuid::Uuid::from_u128(1));
        let cursor = request.cursor(domain::Position::Title("a".into(), id));
        let next = read(&format!("cursor={cursor}"));
        assert_eq!(
            (next.status, next.sort, &next.search, &next.priorities),
            (Status::Pending, request.query.sort, &request.query.search, &request.query.priorities)
        );
        assert!(next.after.is_some());
        assert_eq!(read(&format!("cursor={cursor}&status=pending&search=x&sort=title&priority=HIGH")), next);
        assert_eq!(read(&format!("cursor={cursor}&offset=0")), next, "the default, as tools send it");
        let others = ["status=all", "search=y", "sort=-title", "order=desc", "sort_dir=desc"];
        let filters = ["priority=low", "tag=x", "tz=UTC"];
        let positions = ["offset=1", "skip=1", "skip=0", "page=1", "page=2"];
        for other in others.into_iter().chain(positions).chain(filters) {
            assert!(error(&format!("cursor={cursor}&{other}")).starts_with("validation: "), "{other}");
        }
    }
}

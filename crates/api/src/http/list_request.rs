//! Reads the query of a list: filter, order, position, page size.

mod changes;
mod filters;

use domain::{
    Direction, ListQuery, OwnerRevision, PAGE_MAX, Page, Position, Revision, Scope, SearchText, Sort,
    SortKey, Status, Timestamp,
};

use crate::http::cursor::Cursor;
use crate::http::problem::Problem;
use crate::http::query::{Parameters, boolean, limit, unsigned_integer};
use filters::Filters;

pub(crate) use changes::ChangesRequest;

/// The query of a list, with what the cursor of the next page contains.
#[derive(Debug)]
pub(crate) struct ListRequest {
    /// The query for the use case.
    pub query: ListQuery,
    search: String,
    filters: Filters,
    /// The owner's revision of the first page, from the cursor.
    first_revision: Option<Revision>,
}

impl ListRequest {
    /// Reads the query of the URL, at this time.
    pub(crate) fn parse(query: &str, scope: Scope, now: Timestamp) -> Result<Self, Problem> {
        let mut parameters = Parameters::read(query, &[&KNOWN[..], &filters::KNOWN].concat());
        let request = parameters.list_request(scope, now);
        parameters.finish(request)
    }

    /// The cursor of the page after this one, if more tasks follow.
    pub(crate) fn next_cursor(&self, page: &Page) -> Option<String> {
        let position = page.next(self.query.sort.key)?;
        let first = self.query.sort.key.can_change().then_some(page.at.revision);
        Some(self.cursor(position, self.first_revision.or(first)))
    }

    fn cursor(&self, position: Position, revision: Option<Revision>) -> String {
        let ListQuery { scope, status, sort, .. } = self.query;
        let (search, filters) = (self.search.clone(), self.filters.to_query());
        Cursor { scope, status, search, sort, position, filters, revision }.encode()
    }

    /// Whether the owner has written since the first page, in an order whose keys can change.
    pub(crate) fn has_changed_since(&self, at: OwnerRevision) -> bool {
        self.first_revision.is_some_and(|first| at.revision != first)
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

/// The parameters of where a list begins, also one of changes.
pub(crate) const BEGINNINGS: [&str; 5] = ["cursor", "since", "offset", "skip", "page"];

/// The names of the sort key.
const SORT: [&str; 2] = ["sort", "sort_by"];

/// The names of the sort direction.
const ORDER: [&str; 4] = ["order", "sort_order", "sort_direction", "sort_dir"];

const CURSOR: &str = "differs from the cursor";

impl Parameters<'_> {
    fn list_request(&mut self, scope: Scope, now: Timestamp) -> ListRequest {
        let of_list = |text: &str| {
            let cursor = Cursor::decode(text).filter(|cursor| cursor.scope == scope)?;
            let filters = Filters::from_query(&cursor.filters)?;
            Some((cursor, filters))
        };
        let (cursor, of_filters) =
            self.take("cursor", "must be a cursor from X-Next-Cursor of this list", of_list).unzip();
        let status = self.status();
        let of_sort = cursor.as_ref().map(|cursor| cursor.sort);
        let sort = self.sort(scope, of_sort.map_or_else(|| default_sort(scope).key, |sort| sort.key));
        let search = self.take("search", "", |text| Some(text.to_owned()));
        let position = cursor.as_ref().map(|cursor| cursor.position.clone());
        let filters = self.filters();
        let filters = self.agreed_filters(filters, of_filters);
        let first_revision = cursor.as_ref().and_then(|cursor| cursor.revision);
        let (of_status, of_search) = cursor.map(|cursor| (cursor.status, cursor.search)).unzip();
        let status = self.agree("status", status, of_status, CURSOR).unwrap_or_default();
        let sort = self.agree("sort", sort, of_sort, CURSOR).unwrap_or_else(|| default_sort(scope));
        let search = self.agree("search", search, of_search, CURSOR).unwrap_or_default();
        let limit =
            self.take("limit", "must be an integer from 1 to 1000", limit(PAGE_MAX)).unwrap_or(PAGE_MAX);
        let query = ListQuery {
            scope,
            status,
            priorities: filters.priorities(),
            tags: filters.tags(),
            due: filters.due(now),
            list: filters.list(),
            search: self.search(&search),
            sort,
            offset: self.offset(position.is_some(), limit),
            after: position,
            limit,
            count: self.take("count", "must be true or false", boolean).unwrap_or(false),
        };
        ListRequest { query, search, filters, first_revision }
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

    /// The order; a direction alone is that of the given key.
    fn sort(&mut self, scope: Scope, key: SortKey) -> Option<Sort> {
        let (msg, sort): (_, fn(&str) -> _) = match scope {
            Scope::Live => (
                "must be created, updated, title, due_date, priority, completed or position, with - before it for descending",
                sort,
            ),
            Scope::Trash => (
                "must be deleted, created, updated, title, due_date, priority, completed or position, with - before it for descending",
                sort_of_trash,
            ),
        };
        let sort = self.take_aliases(&SORT, msg, sort);
        let order = self.take_aliases(&ORDER, "must be asc or desc", order);
        match (sort, order) {
            (None, None) => None,
            (None, Some(direction)) => Some(Sort { key, direction }),
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
        "position" => SortKey::Position,
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
mod tests;

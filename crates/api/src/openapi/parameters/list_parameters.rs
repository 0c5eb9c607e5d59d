use domain::{CHANGES_MAX, PAGE_MAX, SearchText};
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::ObjectBuilder;

use super::{flag, number, query, text};
use crate::http::list_request::ChangesRequest;
use crate::http::members::text_patterns;

/// The query of a list.
pub(crate) struct ListParameters;

/// The query of the changes.
pub(crate) struct ChangesParameters;

/// The query of the list of the trash.
pub(crate) struct TrashParameters;

const STATUSES: [&str; 4] = ["all", "pending", "active", "completed"];
const KEYS: [&str; 9] = [
    "created",
    "updated",
    "title",
    "created_at",
    "updated_at",
    "due_date",
    "priority",
    "completed",
    "position",
];
const TRASH_KEYS: [&str; 11] = [
    "deleted",
    "created",
    "updated",
    "title",
    "deleted_at",
    "created_at",
    "updated_at",
    "due_date",
    "priority",
    "completed",
    "position",
];
const ORDERS: [&str; 2] = ["asc", "desc"];

impl IntoParams for ListParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let sort = "The sort key, with `-` for descending. `created_at` and `updated_at` are aliases. Newest first without \
                    this and `order`. Tasks without a due date come last in both directions. `position` is the manual order.";
        parameters(sort, &KEYS)
    }
}

impl IntoParams for ChangesParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        // No pattern and no example: every other text is 410, and Swagger UI would send the example.
        let since = "The position, `next` of an earlier response; without it, or empty, the feed begins with a snapshot. Any \
                     other text is 410.";
        let limit = number()
            .minimum(Some(1))
            .maximum(Some(CHANGES_MAX))
            .default(Some(json!(ChangesRequest::DEFAULT_LIMIT)));
        vec![query("since", since, text()), query("limit", "Maximum number of changes on a page.", limit)]
    }
}

impl IntoParams for TrashParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let sort = "The sort key, with `-` for descending. `deleted_at`, `created_at` and `updated_at` are aliases. The newest \
                    deletion first without this and `order`.";
        parameters(sort, &TRASH_KEYS)
    }
}

fn parameters(sort: &str, sort_keys: &'static [&str]) -> Vec<Parameter> {
    vec![
        query(
            "status",
            "Filters by status, case-insensitive; `active` is an alias of `pending`.",
            one_of(STATUSES).default(Some(json!("all"))),
        ),
        query("completed", "`true` is `status=completed`, `false` is `status=pending`.", flag()),
        query("search", "Text in title or description, case-insensitive; no wildcards.", search()),
        query(
            "priority",
            "Only tasks with one of these priorities, separated by commas, case-insensitive.",
            text().pattern(Some(text_patterns::PRIORITIES.as_str())),
        ),
        query(
            "tags",
            "Only tasks with all of these tags, separated by commas, case-insensitive.",
            text().pattern(Some(text_patterns::TAGS.as_str())),
        ),
        query(
            "tag",
            "Only tasks with this tag, case-insensitive; repeat it for further tags.",
            text().pattern(Some(text_patterns::TAG.as_str())),
        ),
        query("due_date", "`none`: only tasks without a due date.", one_of(["none"])),
        query(
            "due_after",
            "Only tasks that are due at this date or date-time, or later. A date counts as the first moment of that \
             day in `tz`.",
            due(),
        ),
        query("due_before", "Only tasks that are due before this date or date-time.", due()),
        query(
            "overdue",
            "`true`: only open tasks that were due before now, or on a day that has ended in `tz`; `false`: all \
             others.",
            flag(),
        ),
        query(
            "tz",
            "The name of a time zone of the tz database, such as `Europe/Berlin`; UTC by default.",
            text().pattern(Some("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")),
        ),
        query(
            "list_id",
            "Only tasks in the list with this id, or in no list with `none`.",
            text().pattern(Some("^([0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[Nn]one)$")),
        ),
        query("sort", sort, one_of(keys(sort_keys))),
        query("sort_by", "Alias of `sort`.", one_of(keys(sort_keys))),
        query("order", "The sort direction, case-insensitive.", one_of(ORDERS)),
        query("sort_order", "Alias of `order`.", one_of(ORDERS)),
        query("sort_direction", "Alias of `order`.", one_of(ORDERS)),
        query("sort_dir", "Alias of `order`.", one_of(ORDERS)),
        query(
            "limit",
            "Maximum number of tasks on a page.",
            number().minimum(Some(1)).maximum(Some(PAGE_MAX)).default(Some(json!(PAGE_MAX))),
        ),
        // No example: Swagger UI would send it.
        query(
            "cursor",
            "`X-Next-Cursor` of the previous page. It contains filter and order; repeat or omit them, others are 422.",
            text().pattern(Some("^[A-Za-z0-9_-]+$")),
        ),
        query(
            "offset",
            "Number of tasks to skip; cannot be combined with `cursor`.",
            number().minimum(Some(0)).default(Some(json!(0))),
        ),
        query("skip", "Alias of `offset`.", number().minimum(Some(0))),
        query(
            "page",
            "Number of the page, from 1, with `limit` tasks each: another way to give `offset`. Empty past the end.",
            number().minimum(Some(1)),
        ),
        query(
            "count",
            "Returns the number of matching tasks on all pages in `X-Total-Count`.",
            flag().default(Some(json!(false))),
        ),
    ]
}

fn one_of<S: Into<String>>(values: impl IntoIterator<Item = S>) -> ObjectBuilder {
    text().enum_values(Some(values.into_iter().map(Into::<String>::into)))
}

fn keys(keys: &'static [&str]) -> impl Iterator<Item = String> {
    keys.iter().flat_map(|key| [(*key).to_owned(), format!("-{key}")])
}

fn due() -> ObjectBuilder {
    // Here an empty text is invalid.
    text().pattern(Some(text_patterns::DUE_DATE.replace(")?$", ")$")))
}

fn search() -> ObjectBuilder {
    text().max_length(Some(SearchText::MAX)).pattern(Some(text_patterns::DESCRIPTION.as_str()))
}

use domain::{PAGE_MAX, SearchText};
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::ObjectBuilder;

use super::{flag, number, query, text};
use crate::http::members::text_patterns;

/// The query of a list.
pub(crate) struct ListParameters;

const STATUSES: [&str; 4] = ["all", "pending", "active", "completed"];
const KEYS: [&str; 5] = ["created", "updated", "title", "created_at", "updated_at"];
const ORDERS: [&str; 2] = ["asc", "desc"];

impl IntoParams for ListParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let sort = "The sort key, with `-` for descending. `created_at` and `updated_at` are aliases. Newest first without \
                    this and `order`.";
        vec![
            query(
                "status",
                "Filters by status, case-insensitive; `active` is an alias of `pending`.",
                one_of(STATUSES).default(Some(json!("all"))),
            ),
            query("completed", "`true` is `status=completed`, `false` is `status=pending`.", flag()),
            query("search", "Text in title or description, case-insensitive; no wildcards.", search()),
            query("sort", sort, one_of(keys())),
            query("sort_by", "Alias of `sort`.", one_of(keys())),
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
}

fn one_of<S: Into<String>>(values: impl IntoIterator<Item = S>) -> ObjectBuilder {
    text().enum_values(Some(values.into_iter().map(Into::<String>::into)))
}

fn keys() -> impl Iterator<Item = String> {
    KEYS.into_iter().flat_map(|key| [key.to_owned(), format!("-{key}")])
}

fn search() -> ObjectBuilder {
    text().max_length(Some(SearchText::MAX)).pattern(Some(text_patterns::DESCRIPTION.as_str()))
}

use domain::{PAGE_MAX, SearchText};
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::ObjectBuilder;

use super::{flag, number, query, text};
use crate::http::members::text_patterns;

/// What a list can be asked for.
pub(crate) struct ListParameters;

const STATUSES: [&str; 4] = ["all", "pending", "active", "completed"];
const KEYS: [&str; 5] = ["created", "updated", "title", "created_at", "updated_at"];
const ORDERS: [&str; 2] = ["asc", "desc"];

impl IntoParams for ListParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let sort = "By what the list is ordered, `-` before it for descending. `created_at` and `updated_at` are other \
                    spellings. Newest first when neither this nor `order` stands.";
        vec![
            query(
                "status",
                "Which tasks, in any case; `active` is another spelling of `pending`.",
                words(STATUSES).default(Some(json!("all"))),
            ),
            query(
                "completed",
                "Which tasks: `true` is `status=completed`, `false` is `status=pending`.",
                flag(),
            ),
            query(
                "search",
                "Found anywhere in title or description, without regard to case; no wildcards.",
                search(),
            ),
            query("sort", sort, words(keys())),
            query("sort_by", "Another name of `sort`.", words(keys())),
            query("order", "Which end comes first, in any case.", words(ORDERS)),
            query(
                "limit",
                "The most tasks on a page; a larger number is 422.",
                number().minimum(Some(1)).maximum(Some(PAGE_MAX)).default(Some(json!(PAGE_MAX))),
            ),
            // No example: the page would put it into the request, and show what is behind it.
            query(
                "cursor",
                "Where to go on: `X-Next-Cursor` of the page before. It carries that page's filter and order; repeat them \
                 or leave them out, others are 422.",
                text().pattern(Some("^[A-Za-z0-9_-]+$")),
            ),
            query(
                "offset",
                "How many tasks to pass over; not together with `cursor`, which does not skip or repeat any.",
                number().minimum(Some(0)).default(Some(json!(0))),
            ),
            query(
                "count",
                "Whether to count all that match, on all pages, in `X-Total-Count`.",
                flag().default(Some(json!(false))),
            ),
        ]
    }
}

fn words<S: Into<String>>(words: impl IntoIterator<Item = S>) -> ObjectBuilder {
    text().enum_values(Some(words.into_iter().map(Into::<String>::into)))
}

fn keys() -> impl Iterator<Item = String> {
    KEYS.into_iter().flat_map(|key| [key.to_owned(), format!("-{key}")])
}

fn search() -> ObjectBuilder {
    text().max_length(Some(SearchText::MAX)).pattern(Some(text_patterns::DESCRIPTION.as_str()))
}

//! The members of a task in JSON, each declared once. Request bodies, responses, and the schemas and examples of the
//! OpenAPI document all derive from this table.
//!
//! An entry has the name of its field in [`domain::Task`]. The braces contain its definition in responses; `input` makes
//! it writable and contains its definition in requests. Omitted parts have a default ([`Member::new`], [`Input::DEFAULT`]). A
//! field of [`domain::Task`] or [`domain::TaskInput`] without an entry does not compile.

mod kinds;
pub(crate) mod lists;
mod reader;
mod table;
pub(crate) mod text_patterns;

#[cfg(test)]
mod tests;

use domain::{OrderKey, Priority, Tag, Tags, Task, TaskInput, TextLimits};
use serde_json::{Value, json};
use utoipa::openapi::extensions::Extensions;

use kinds::{Nullable, TagList, Text, Time, UserId, Uuid};
use table::members;

pub(crate) use kinds::integer::Integer;
pub(crate) use kinds::{Boolean, MemberKind, Mismatch, ReadMember};
pub(crate) use reader::Reader;
pub(crate) use table::{Alias, Input, Member};

/// Revisions are below 2^53, so that JavaScript reads them exactly.
pub(crate) const REVISION_MAX: i64 = (1 << 53) - 1;

members! {
    Task without deleted_at, TaskInput;

    id: Uuid {
        text: "A UUID: of version 7, unless the client chose it.",
        examples: || ["019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11"; 2].map(Value::from),
    },

    owner_id: UserId {
        name: "user_id",
        text: "The owner's user id, as in the token.",
        examples: || ["Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF"; 2].map(Value::from),
    },

    title: Text {
        text: "What to do.",
        limits: |schema| schema.min_length(Some(1)),
        examples: || ["Buy milk"; 2].map(Value::from),
    } input {
        required: true,
        // The limit applies after trimming, so there is no `maxLength`.
        limits: |schema| {
            let text = format!(
                "What to do. 1 to {} Unicode scalar values after trimming white space at both ends, unless the service \
                 is configured otherwise.",
                TextLimits::default().title_max
            );
            schema.description(Some(text)).pattern(Some(text_patterns::TITLE.as_str()))
        },
        examples: || ["Call Zoë", "Buy oat milk"].map(Value::from),
    },

    description: Nullable<Text> {
        text: "Details.",
        examples: || [None, Some("Two litres")].map(Value::from),
    } input {
        limits: |schema| {
            let max = TextLimits::default().description_max;
            let text = format!(
                "Details; null or empty for none. At most {max} Unicode scalar values, unless the service is configured \
                 otherwise.",
            );
            let schema = schema.description(Some(text)).pattern(Some(text_patterns::DESCRIPTION.as_str()));
            schema.max_length(Some(max))
        },
        examples: || ["About Saturday", "Two litres"].map(Value::from),
    },

    completed: Boolean {
        text: "Whether the task is done.",
        examples: || [false, true].map(Value::from),
    } input {
        aliases: &[
            Alias { name: "is_completed", text: "Alias of `completed`, which counts first.", names: &[] },
            Alias {
                name: "status",
                text: "Alias of `completed`, which counts first, and then `is_completed`. In any case.",
                names: &[("pending", false), ("active", false), ("completed", true)],
            },
        ],
        examples: || [true, false].map(Value::from),
    },

    priority: Text {
        text: "How urgent the task is.",
        limits: |schema| schema.enum_values(Some(Priority::ALL.map(Priority::as_str))),
        examples: || ["medium", "high"].map(Value::from),
    } input {
        null_is_default: true,
        limits: |schema| {
            let text = "How urgent the task is: `low`, `medium` (the default), `high` or `urgent`, in any case.";
            schema.description(Some(text)).pattern(Some(text_patterns::PRIORITY.as_str()))
        },
        examples: || ["high", "Urgent"].map(Value::from),
    },

    tags: TagList {
        text: "Labels.",
        examples: || [json!([]), json!(["home", "shopping"])],
    } input {
        nullable: true,
        limits: |schema| {
            let text = format!(
                "Labels; null for none. At most {}, after those that differ from an earlier one only in case are dropped. \
                 Each has 1 to {} Unicode scalar values after trimming, and no comma and no control character.",
                Tags::MAX,
                Tag::MAX_CHARS
            );
            let items = json!({"type": "string", "pattern": text_patterns::TAG.as_str()});
            schema.description(Some(text)).extensions(Some(Extensions::from_iter([("items", items)])))
        },
        examples: || [json!(["phone"]), json!(["home", "shopping"])],
    },

    due_date: Nullable<Text> {
        text: "When the task is due: a date (all day), or a date-time in UTC with milliseconds.",
        examples: || [Value::from("2026-12-24"), Value::from("2026-12-24T18:00:00.000Z")],
    } input {
        limits: |schema| {
            let text = "When the task is due; null or empty for never. A date, or a date-time of RFC 3339, in the years 1 \
                        to 9999. Without an offset it is in UTC; seconds may be absent.";
            schema.description(Some(text)).pattern(Some(text_patterns::DUE_DATE.as_str()))
        },
        examples: || ["2026-12-24", "2026-12-24T19:00+01:00"].map(Value::from),
    },

    list_id: Nullable<Uuid> {
        text: "The list that the task is in; null for none.",
        examples: || [Value::Null, Value::from("019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b21")],
    } input {
        limits: |schema| {
            let text = "The id of one of the user's lists; null or empty for none.";
            let id = r"^([0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})?$";
            schema.description(Some(text)).format(None).pattern(Some(id))
        },
        examples: || [Value::Null, Value::from("019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b21")],
    },

    completed_at: Nullable<Time> {
        text: "When the task was completed; null for an open task, and for one that version 0.1.0 completed.",
        examples: || [Value::Null, Value::from("2026-11-21T10:15:17.465Z")],
    },

    created_at: Time {
        text: "RFC 3339, UTC, milliseconds.",
        examples: || ["2026-11-21T09:15:17.465Z"; 2].map(Value::from),
    },

    updated_at: Time {
        text: "RFC 3339, UTC, milliseconds.",
        examples: || ["2026-11-21T09:15:17.465Z", "2026-11-21T10:15:17.465Z"].map(Value::from),
    },

    revision: Integer<1, REVISION_MAX> {
        text: "The number of the last change, as in `ETag`.",
        examples: || [1, 2].map(Value::from),
    },

    position: Text {
        text: "The sort key of the manual order, which compares byte by byte.",
        limits: |schema| schema.pattern(Some(text_patterns::POSITION)).max_length(Some(OrderKey::MAX_LENGTH)),
        examples: || ["AfFgnDxSe6"; 2].map(Value::from),
    },
}

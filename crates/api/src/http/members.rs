//! The members of a task in JSON, each declared once. Request bodies, responses, and the schemas and examples of the
//! OpenAPI document all derive from this table.
//!
//! An entry has the name of its field in [`domain::Task`]. The braces contain its definition in responses; `input` makes
//! it writable and contains its definition in requests. Omitted parts have a default ([`Member::new`], [`Input::DEFAULT`]). A
//! field of [`domain::Task`] or [`domain::TaskInput`] without an entry does not compile.

mod kinds;
mod reader;
mod table;
pub(crate) mod text_patterns;

#[cfg(test)]
mod tests;

use domain::{Task, TaskInput, TextLimits};
use serde_json::Value;

use kinds::{Nullable, Text, Time, UserId, Uuid};
use table::members;

pub(crate) use kinds::Boolean;
pub(crate) use reader::Reader;
pub(crate) use table::{Alias, Input, Member};

members! {
    Task without revision deleted_at, TaskInput;

    id: Uuid {
        text: "UUID, version 7.",
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
        alias: Some(Alias {
            name: "is_completed",
            text: "Alias of `completed`; if both are present, they must agree.",
        }),
        examples: || [true, false].map(Value::from),
    },

    created_at: Time {
        text: "RFC 3339, UTC, milliseconds.",
        examples: || ["2026-11-21T09:15:17.465Z"; 2].map(Value::from),
    },

    updated_at: Time {
        text: "RFC 3339, UTC, milliseconds.",
        examples: || ["2026-11-21T09:15:17.465Z", "2026-11-21T10:15:17.465Z"].map(Value::from),
    },
}

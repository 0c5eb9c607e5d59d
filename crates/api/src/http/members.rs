//! The members of a task in JSON, each declared once. Body reading (`json`), responses (`representation`), and the
//! schemas and examples of the OpenAPI document all derive from this table.
//!
//! An entry is named after the field of [`domain::Task`] that it shows. The braces hold what responses say of it; `input`
//! makes it writable and holds what requests say of it. Everything that is left out has a default
//! ([`Member::new`], [`Input::DEFAULT`]). A field of [`domain::Task`] or [`domain::TaskInput`] without an entry does not
//! compile.

mod kinds;
mod reader;
mod table;
pub(crate) mod text_patterns;

#[cfg(test)]
mod tests;

use domain::{Task, TaskInput, TextLimits};
use serde_json::Value;

use kinds::{Id, Nullable, Owner, Text, Time};
use table::members;

pub(crate) use kinds::Boolean;
pub(crate) use reader::Reader;
pub(crate) use table::{Alias, Input, Member};

members! {
    Task without revision, TaskInput;

    id: Id {
        text: "UUID, version 7.",
        examples: || ["019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11"; 2].map(Value::from),
    },

    owner_id: Owner {
        name: "user_id",
        text: "The owner, as the token names them.",
        examples: || ["Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF"; 2].map(Value::from),
    },

    title: Text {
        text: "What is to be done.",
        limits: |schema| schema.min_length(Some(1)),
        examples: || ["Buy milk"; 2].map(Value::from),
    } input {
        required: true,
        // What counts is left after the trim, so there is no `maxLength`.
        limits: |schema| {
            let text = format!(
                "What is to be done. Trimmed of white space at both ends, then 1 to {} Unicode scalar values, unless \
                 the service is configured for more.",
                TextLimits::default().title_max
            );
            schema.description(Some(text)).pattern(Some(text_patterns::TITLE.as_str()))
        },
        examples: || ["Call Zoë", "Buy oat milk"].map(Value::from),
    },

    description: Nullable<Text> {
        text: "More about it.",
        examples: || [None, Some("Two litres")].map(Value::from),
    } input {
        limits: |schema| {
            let max = TextLimits::default().description_max;
            let text = format!(
                "More about it; null or empty when there is nothing. At most {max} Unicode scalar values, unless the \
                 service is configured for more.",
            );
            let schema = schema.description(Some(text)).pattern(Some(text_patterns::DESCRIPTION.as_str()));
            schema.max_length(Some(max))
        },
        examples: || ["About Saturday", "Two litres"].map(Value::from),
    },

    completed: Boolean {
        text: "Whether it is done.",
        examples: || [false, true].map(Value::from),
    } input {
        alias: Some(Alias {
            name: "is_completed",
            text: "Another spelling of `completed`; when both stand, they must agree.",
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

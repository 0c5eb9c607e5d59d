//! The members of a list in JSON, like those of a task.

use domain::{List, ListInput, ListName};
use serde_json::Value;

use super::kinds::integer::Integer;
use super::kinds::{Nullable, Text, Time, UserId, Uuid};
use super::table::members;
use super::{REVISION_MAX, text_patterns};

members! {
    List, ListInput;

    id: Uuid {
        text: "UUID, version 7 unless the client chose it.",
        examples: || ["019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b21"; 2].map(Value::from),
    },

    owner_id: UserId {
        name: "user_id",
        text: "The owner's user id, as in the token.",
        examples: || ["Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF"; 2].map(Value::from),
    },

    name: Text {
        text: "The name, unique for the user, case-insensitively.",
        limits: |schema| schema.min_length(Some(1)),
        examples: || ["Groceries"; 2].map(Value::from),
    } input {
        required: true,
        // The limit applies after trimming, so there is no `maxLength`.
        limits: |schema| {
            let text = format!(
                "The name, unique for the user, case-insensitively. 1 to {} Unicode scalar values after trimming white \
                 space at both ends.",
                ListName::MAX_CHARS
            );
            schema.description(Some(text)).pattern(Some(text_patterns::LIST_NAME.as_str()))
        },
        examples: || ["Groceries", "Zoë's birthday"].map(Value::from),
    },

    color: Nullable<Text> {
        text: "The color, in lower case; null for none.",
        limits: |schema| schema.pattern(Some("^#[0-9a-f]{6}$")),
        examples: || [None, Some("#1e90ff")].map(Value::from),
    } input {
        limits: |schema| {
            let text = "The color, like `#1e90ff`, in any case; null for none.";
            schema.description(Some(text)).pattern(Some("^#[0-9A-Fa-f]{6}$"))
        },
        examples: || ["#1E90FF", "#1e90ff"].map(Value::from),
    },

    position: Text {
        text: "Sorts the lists byte by byte in their manual order.",
        examples: || ["C0000000000000003"; 2].map(Value::from),
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
}

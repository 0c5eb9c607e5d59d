//! Rule 3: every token has an expiry and a subject of 1 to 255 bytes without control characters; `nbf` and an
//! `iat` in the future are honoured. Clocks may differ by 30 seconds, or by what is configured, up to 300.

mod ages;
mod required;
mod times;

use serde_json::Value;

use crate::support::{NOW, claims_with, rules, verdict_by};

/// The verdict now on good claims with one of them changed.
fn with(name: &str, value: Value) -> &'static str {
    verdict_by(&rules(), &claims_with(name, Some(value)), NOW)
}

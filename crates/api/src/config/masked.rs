//! The effective configuration with secrets and passwords masked.

use std::fmt::Write;

use secrecy::SecretString;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Settings;

const MASK: &str = "********";

/// One `section.key = value` line for each setting, as TOML.
pub(crate) fn masked(settings: &Settings) -> String {
    let mut lines = String::new();
    let Ok(Value::Object(sections)) = serde_json::to_value(settings) else { return lines };
    for (section, value) in sections {
        let Value::Object(keys) = value else { continue };
        for (key, value) in keys {
            let _ = writeln!(lines, "{section}.{key} = {value}");
        }
    }
    lines
}

pub(super) fn secrets<S: Serializer>(secrets: &[SecretString], serializer: S) -> Result<S::Ok, S::Error> {
    vec![MASK; secrets.len()].serialize(serializer)
}

pub(super) fn url<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_password(url))
}

fn without_password(text: &str) -> String {
    if text.is_empty() || text.starts_with("sqlite://") {
        return text.to_owned();
    }
    let Ok(mut url) = url::Url::parse(text) else { return MASK.to_owned() };
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    let secret = |name: &str| name.contains("password") || name.contains("token");
    if url.query_pairs().any(|(name, _)| secret(&name)) {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(pairs.iter().map(|(name, value)| (name, if secret(name) { MASK } else { value })));
    }
    // Unchanged otherwise: `Url` adds a slash at the end.
    if text.ends_with('/') { url.to_string() } else { url.to_string().trim_end_matches('/').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls_are_masked() {
        assert_eq!(without_password("postgres://u:hunter2@h/db"), "postgres://u:********@h/db");
        assert_eq!(
            without_password("postgres://u@h/db?sslpassword=hunter2&sslmode=require"),
            "postgres://u@h/db?sslpassword=********&sslmode=require"
        );
        assert_eq!(without_password("sqlite://data/a b.db"), "sqlite://data/a b.db");
        assert_eq!(without_password("host=h password=hunter2"), MASK);
    }
}

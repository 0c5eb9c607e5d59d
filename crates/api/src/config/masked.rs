//! The effective configuration with secrets and passwords masked.

use std::fmt::Write;

use secrecy::SecretString;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Database, Settings};

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

pub(super) fn urls<S: Serializer>(urls: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(urls.iter().map(|url| without_password(url)))
}

impl Database {
    /// The URL without a password; that of a file with its absolute path.
    pub(crate) fn display(&self) -> String {
        let path = self.url.strip_prefix("sqlite://").and_then(|path| std::path::absolute(path).ok());
        path.map_or_else(|| without_password(&self.url), |path| format!("sqlite://{}", path.display()))
    }
}

/// Also for a URL that cannot be parsed: a password may contain characters that should have been encoded, so it ends at
/// the last `@`.
pub(super) fn without_password(text: &str) -> String {
    if text.is_empty() || text.starts_with("sqlite://") {
        return text.to_owned();
    }
    let Some((scheme, rest)) = text.split_once("://") else { return MASK.to_owned() };
    let (user_info, rest) = rest.rfind('@').map_or(("", rest), |at| rest.split_at(at));
    let user_info =
        user_info.split_once(':').map_or(user_info.to_owned(), |(user, _)| format!("{user}:{MASK}"));
    let Some((place, parameters)) = rest.split_once('?') else {
        return format!("{scheme}://{user_info}{rest}");
    };
    let parameters: Vec<String> = parameters.split('&').map(without_secret).collect();
    format!("{scheme}://{user_info}{place}?{}", parameters.join("&"))
}

fn without_secret(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, _)) if name.contains("password") || name.contains("token") => format!("{name}={MASK}"),
        _ => parameter.to_owned(),
    }
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
        assert_eq!(without_password("https://app.example/"), "https://app.example/");
        assert_eq!(without_password("http://u:hunter2@proxy:3128"), "http://u:********@proxy:3128");
    }

    #[test]
    fn a_password_ends_at_the_last_at_sign() {
        for url in [
            "postgresql://app:p@ssw0rd#1@db.example/tasks",
            "postgresql://app:p/ssw0rd@db.example/tasks",
            "postgresql://app:p?ssw0rd@db.example/tasks",
            "postgresql://app:p/?ssw0rd@db.example/tasks",
            "postgresql://app:p:@/?#ssw0rd@db.example/tasks",
        ] {
            assert_eq!(without_password(url), "postgresql://app:********@db.example/tasks", "{url}");
        }
    }
}

//! The engine and the place that a URL names. The engine is the scheme, never what happens to answer.

use std::path::PathBuf;

use crate::{Engine, OpenError};

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// The URL as libpq reads it.
    Postgres(String),
}

impl Location {
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        let Some((scheme, rest)) = url.split_once("://") else {
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            return Err(OpenError::UnsupportedScheme { scheme: shown(scheme) });
        };
        match scheme {
            "sqlite" => file(rest).map(Self::Sqlite),
            "postgres" | "postgresql" => Ok(Self::Postgres(url.to_owned())),
            other => Err(OpenError::UnsupportedScheme { scheme: shown(other) }),
        }
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// A scheme, or nothing when it is none: what else stands there may be a secret.
fn shown(scheme: &str) -> String {
    let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if is_scheme && scheme.len() <= 20 { scheme.to_owned() } else { String::new() }
}

fn file(path: &str) -> Result<PathBuf, OpenError> {
    let refused = |reason| Err(OpenError::InvalidUrl { reason });
    match path {
        "" | "/" => refused("it names no file: sqlite://relative/path or sqlite:///absolute/path"),
        ":memory:" => refused("a database in memory has one connection and ends with it; name a file"),
        _ if path.ends_with('/') => refused("it names a folder; name a file"),
        _ if path.contains(['?', '#']) => refused("a sqlite:// URL takes no parameters"),
        _ if path.contains('\0') => refused("a file name cannot hold U+0000"),
        _ => Ok(PathBuf::from(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_names_the_engine() {
        let parsed = |url| Location::parse(url).unwrap();
        assert_eq!(parsed("sqlite://data/a b.db"), Location::Sqlite("data/a b.db".into()));
        assert_eq!(parsed("sqlite:///var/lib/x.db"), Location::Sqlite("/var/lib/x.db".into()));
        for url in ["postgres://u:p@h/d?sslmode=require", "postgresql://a,b:1/d"] {
            assert_eq!(parsed(url), Location::Postgres(url.into()));
            assert_eq!(parsed(url).engine(), Engine::Postgres);
        }
    }

    #[test]
    fn another_scheme_is_refused_by_name() {
        let message = |url| Location::parse(url).unwrap_err().to_string();
        assert!(message("mysql://root:hunter2@h/d").contains("mysql"));
        for url in ["", "tasks.db", "root:hunter2@h", "SQLite://x", "hunter2 is secret://x"] {
            assert!(matches!(Location::parse(url), Err(OpenError::UnsupportedScheme { .. })), "{url}");
            assert!(!message(url).contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn a_file_must_be_named() {
        for url in ["sqlite://", "sqlite:///", "sqlite://:memory:", "sqlite://data/", "sqlite://a.db?mode=ro"]
        {
            assert!(matches!(Location::parse(url), Err(OpenError::InvalidUrl { .. })), "{url}");
        }
    }
}

//! The engine and the location that a URL names. The scheme alone decides the engine.

use std::fmt;
use std::path::PathBuf;

use super::{OpenError, postgres_url};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// One file, in this process.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// The engine that a URL names.
    pub fn of_url(url: &str) -> Result<Self, OpenError> {
        Location::parse(url).map(|location| location.engine())
    }

    /// Its name in lower case, as used in URLs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

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
            return Err(OpenError::UnsupportedScheme { scheme: displayable(scheme) });
        };
        match scheme {
            "sqlite" => file(rest).map(Self::Sqlite),
            "postgres" | "postgresql" => match postgres_url::check(url) {
                Ok(()) => Ok(Self::Postgres(url.to_owned())),
                Err(reason) => Err(OpenError::InvalidUrl { reason }),
            },
            other => Err(OpenError::UnsupportedScheme { scheme: displayable(other) }),
        }
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// The scheme, or an empty text when it is not a valid one: it may then be part of a secret.
fn displayable(scheme: &str) -> String {
    let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if is_scheme && scheme.len() <= 20 { scheme.to_owned() } else { String::new() }
}

fn file(path: &str) -> Result<PathBuf, OpenError> {
    let invalid = |reason: &str| Err(OpenError::InvalidUrl { reason: reason.to_owned() });
    match path {
        "" | "/" => invalid("name a file: sqlite://relative/path or sqlite:///absolute/path"),
        // SQLAlchemy reads three slashes as a relative path.
        _ if path.starts_with("/./") || path.starts_with("/../") => invalid(
            "sqlite:/// begins an absolute path; write a relative one with two slashes: sqlite://tasks.db",
        ),
        ":memory:" => invalid("in-memory databases are not supported; name a file"),
        _ if path.ends_with('/') => invalid("the path is a folder; name a file"),
        _ if path.contains(['?', '#']) => invalid("a sqlite:// URL takes no parameters"),
        _ if path.contains('\0') => invalid("a file name cannot contain U+0000"),
        _ => Ok(PathBuf::from(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_decides_the_engine() {
        let parsed = |url| Location::parse(url).unwrap();
        assert_eq!(parsed("sqlite://data/a b.db"), Location::Sqlite("data/a b.db".into()));
        assert_eq!(parsed("sqlite:///var/lib/x.db"), Location::Sqlite("/var/lib/x.db".into()));
        for url in ["postgres://u:p@h/d?sslmode=require", "postgresql://a,b:1/d"] {
            assert_eq!(parsed(url), Location::Postgres(url.into()));
            assert_eq!(parsed(url).engine(), Engine::Postgres);
        }
    }

    #[test]
    fn unsupported_schemes_are_rejected() {
        let message = |url| Location::parse(url).unwrap_err().to_string();
        assert!(message("mysql://root:hunter2@h/d").contains("mysql"));
        for url in ["", "tasks.db", "root:hunter2@h", "SQLite://x", "hunter2 is secret://x"] {
            assert!(matches!(Location::parse(url), Err(OpenError::UnsupportedScheme { .. })), "{url}");
            assert!(!message(url).contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn sqlite_urls_without_a_file_are_rejected() {
        for url in [
            "sqlite://",
            "sqlite:///",
            "sqlite://:memory:",
            "sqlite://data/",
            "sqlite://a.db?mode=ro",
            "sqlite:///./todo.db",
            "sqlite:///../todo.db",
        ] {
            assert!(matches!(Location::parse(url), Err(OpenError::InvalidUrl { .. })), "{url}");
        }
    }
}

//! The port through which a key set is fetched.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

/// Fetches the issuer's key set. A verifier makes one call of [`fetch`](Self::fetch) or [`fetch_anew`](Self::fetch_anew)
/// at a time, unless one outlived its deadline; two that share a source in an `Arc` each make their own.
pub trait JwksSource: Send + Sync {
    /// Fetches the set, on a thread of its own; can block, and should return within a few seconds, since requests with an
    /// unknown key wait for it.
    fn fetch(&self) -> Result<FetchedKeys, FetchError>;

    /// Fetches the set for a token whose key is not in the last one: as it is at the issuer now, whatever this source or a
    /// cache on the way knows. As [`fetch`](Self::fetch) by default. A source around another one calls that one's.
    ///
    /// # Errors
    ///
    /// As for [`fetch`](Self::fetch).
    fn fetch_anew(&self) -> Result<FetchedKeys, FetchError> {
        self.fetch()
    }

    /// An earlier set, which a verifier starts with when a fetch fails before the first that succeeds; none by default. Its
    /// [`age`](FetchedKeys::age) counts, and the fetch counts as failed. It must not block. A source around another one
    /// returns that of the other one, if it has none itself.
    fn fallback(&self) -> Option<FetchedKeys> {
        None
    }

    /// How long requests wait for a fetch: 15 seconds by default. Then the fetch counts as failed (`timeout`), and its
    /// result is ignored. Its thread remains until it returns; while four of them do, no further fetch starts. It must not
    /// block. A source around another one returns the deadline of that one.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tasknook_auth::{FetchError, FetchedKeys, JwksSource};
    ///
    /// struct OnDisk;
    ///
    /// impl JwksSource for OnDisk {
    ///     fn fetch(&self) -> Result<FetchedKeys, FetchError> {
    ///         let body = std::fs::read("/etc/issuer/jwks.json");
    ///         body.map(FetchedKeys::new).map_err(|error| FetchError::Unreachable(error.into()))
    ///     }
    ///
    ///     // A network file system can hang.
    ///     fn deadline(&self) -> Duration {
    ///         Duration::from_secs(2)
    ///     }
    /// }
    /// ```
    fn deadline(&self) -> Duration {
        Duration::from_secs(15)
    }

    /// Where the set comes from, for logs and reports, which show it whole; none by default. It must not block.
    fn location(&self) -> Option<String> {
        None
    }
}

impl<S: JwksSource + ?Sized> JwksSource for Arc<S> {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        S::fetch(self)
    }

    fn fetch_anew(&self) -> Result<FetchedKeys, FetchError> {
        S::fetch_anew(self)
    }

    fn fallback(&self) -> Option<FetchedKeys> {
        S::fallback(self)
    }

    fn deadline(&self) -> Duration {
        S::deadline(self)
    }

    fn location(&self) -> Option<String> {
        S::location(self)
    }
}

/// A key set as it was received, not yet parsed. Its `Debug` shows the length only: a published secret must not get into
/// a log.
///
/// ```
/// use tasknook_auth::FetchedKeys;
///
/// let fetched = FetchedKeys::new(r#"{"keys":[]}"#);
/// assert_eq!(fetched.body(), br#"{"keys":[]}"#);
/// assert_eq!(format!("{fetched:?}"), "FetchedKeys { length_bytes: 11, .. }");
/// ```
#[derive(Clone)]
pub struct FetchedKeys {
    pub(crate) body: Vec<u8>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) age: Duration,
}

impl FetchedKeys {
    /// Takes the body of the response.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), max_age: None, age: Duration::ZERO }
    }

    /// Sets how long the issuer states that the set is current, from when it was fetched. It shortens the interval to the next fetch, though not
    /// below [`JwksOptions::cooldown`](crate::JwksOptions::cooldown), and never extends it: the interval bounds how long
    /// a withdrawn key still verifies.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tasknook_auth::FetchedKeys;
    ///
    /// let fetched = FetchedKeys::new(r#"{"keys":[]}"#).with_max_age(Duration::from_secs(60));
    /// assert_eq!(fetched.max_age(), Some(Duration::from_secs(60)));
    /// ```
    #[must_use]
    pub fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// How long the issuer states that the set is current.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age
    }

    /// Sets how long ago the set was fetched, for a source with a copy that can be older than the call. The age counts
    /// towards [`JwksOptions::stale`](crate::JwksOptions::stale) and, unless it is above the interval between fetches, the next
    /// one follows sooner, after [`JwksOptions::cooldown`](crate::JwksOptions::cooldown) at the earliest; a token whose key is not in the set is
    /// unavailable rather than rejected.
    #[must_use]
    pub fn with_age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// How long ago the set was fetched; zero by default.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age
    }

    /// The body of the response, for a source around another one: to keep a copy, for example.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for FetchedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedKeys").field("length_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Why a fetch failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The issuer responded with another status than 200.
    #[error("the issuer responded with status {status}")]
    Status {
        /// The status code of the response.
        status: u16,
        /// The delay of `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The response is longer than the limit.
    #[error("the key set is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit_bytes: u64,
    },
    /// The issuer redirects to another origin, or to a URL with a user name or password, which is not followed.
    #[error("the issuer redirects to another origin or to a URL with a user name")]
    ForeignRedirect,
    /// The issuer redirects too often.
    #[error("the issuer redirects too often")]
    TooManyRedirects,
    /// The issuer's discovery document cannot be used.
    #[error("the issuer's discovery document {problem}")]
    Discovery {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// No complete response within the deadline.
    #[error("the issuer did not respond in time")]
    Timeout,
    /// No connection, or one that broke.
    #[error("the issuer cannot be reached")]
    Unreachable(#[source] Box<dyn StdError + Send + Sync>),
}

impl FetchError {
    /// A stable label for metrics, in `snake_case`; one per variant.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::TooLarge { .. } => "too_large",
            Self::ForeignRedirect => "foreign_redirect",
            Self::TooManyRedirects => "too_many_redirects",
            Self::Discovery { .. } => "discovery",
            Self::Timeout => "timeout",
            Self::Unreachable(_) => "unreachable",
        }
    }

    /// The delay of `Retry-After`, if there is one.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

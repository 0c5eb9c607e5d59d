//! Fetches a key set over HTTP; blocking.

mod client;
mod oidc;
mod options;
mod response_cache;
mod roots;
mod url_rules;

use std::fmt;
use std::time::Duration;

use url::Url;

use super::{FetchError, FetchedKeys, JwksSource};
use crate::ConfigError;
use client::Client;
use response_cache::ResponseCache;

pub use oidc::OidcSource;
pub use options::HttpOptions;

/// A key set at a URL. A fetch ends within 3 seconds, or within 10 until the first one has succeeded, and takes at most 1 MiB;
/// it trusts the certificates that the operating system trusts, keeps no cookies, uses no proxy unless you name one,
/// whatever the environment, and follows redirects within the URL's own origin only, to URLs without a user name.
/// [`HttpOptions`] change that. Logs and reports show the URL with its query, so give a key of a gateway in a
/// [`header`](HttpOptions::header).
///
/// A set with an `ETag` is not sent again while it is unchanged (RFC 9110 §13.1.2), except for a token with an unknown key
/// and once an hour, since a server can have the same tag for two sets. A `max-age` in `Cache-Control` (RFC 9111
/// §5.2.2.1) shortens the interval to the next fetch.
pub struct HttpJwksSource {
    url: Url,
    client: Client,
    cache: ResponseCache,
}

impl HttpJwksSource {
    /// Takes an https URL, or an http one to this machine itself (`localhost`, 127.0.0.0/8, `[::1]`).
    ///
    /// # Errors
    ///
    /// [`ConfigError::InsecureUrl`] for any other http URL, [`ConfigError::InvalidUrl`] for every other URL and for one
    /// with a user name or password in it.
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        Self::with_options(url, HttpOptions::default())
    }

    /// As [`HttpJwksSource::new`], with your own options.
    ///
    /// # Errors
    ///
    /// Also [`ConfigError::InsecureUrl`] for every http URL, unless [`HttpOptions::allow_http`] allows it, when there is a
    /// proxy, and [`ConfigError::OutOfRange`] for a proxy, a certificate, a header or a deadline that cannot be used.
    pub fn with_options(url: &str, options: HttpOptions) -> Result<Self, ConfigError> {
        let url = url_rules::parse(url, options.http())?;
        let client = Client::new(&url, options)?;
        Ok(Self { url, client, cache: ResponseCache::default() })
    }

    /// The keys of a Better Auth at `base_url`: below `/api/auth`, or below the URL's own path when it has one, as
    /// Better Auth itself reads its `baseURL`.
    ///
    /// # Errors
    ///
    /// As for [`HttpJwksSource::new`].
    pub fn for_better_auth(base_url: &str) -> Result<Self, ConfigError> {
        Self::for_better_auth_with_options(base_url, HttpOptions::default())
    }

    /// As [`HttpJwksSource::for_better_auth`], with your own options.
    ///
    /// # Errors
    ///
    /// As for [`HttpJwksSource::with_options`].
    pub fn for_better_auth_with_options(base_url: &str, options: HttpOptions) -> Result<Self, ConfigError> {
        if base_url.trim_end_matches('/').ends_with("/jwks") {
            return Err(ConfigError::InvalidUrl {
                expected: "must be Better Auth's baseURL, not that of its keys",
            });
        }
        Self::with_options(&keys_url(base_url), options)
    }
}

/// Returns an invalid URL unchanged; `HttpJwksSource::new` rejects it.
fn keys_url(base_url: &str) -> String {
    let Ok(mut url) = Url::parse(base_url) else { return base_url.to_owned() };
    let path = match url.path().trim_end_matches('/') {
        "" => "/api/auth/jwks".to_owned(),
        path => format!("{path}/jwks"),
    };
    url.set_path(&path);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl fmt::Debug for HttpJwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpJwksSource").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl JwksSource for HttpJwksSource {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let keys = self.cache.fetch(&self.client, &self.url, self.client.end_of_fetch())?;
        self.client.note_success();
        Ok(keys)
    }

    fn fetch_anew(&self) -> Result<FetchedKeys, FetchError> {
        self.cache.clear();
        self.fetch()
    }

    fn deadline(&self) -> Duration {
        self.client.deadline()
    }

    fn location(&self) -> Option<String> {
        Some(self.client.location(&self.url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_below_api_auth_unless_the_url_has_a_path() {
        assert_eq!(keys_url("https://app.example"), "https://app.example/api/auth/jwks");
        assert_eq!(keys_url("https://app.example/"), "https://app.example/api/auth/jwks");
        assert_eq!(keys_url("https://app.example/auth/"), "https://app.example/auth/jwks");
    }
}

//! Which URLs a key set may be fetched from.

use url::{Host, Url};

use crate::ConfigError;

/// Where http is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Http {
    Nowhere,
    ToThisMachine,
    Anywhere,
}

pub(super) fn parse(url: &str, http: Http) -> Result<Url, ConfigError> {
    let reject = |expected| Err(ConfigError::InvalidUrl { expected });
    let Ok(url) = Url::parse(url) else {
        return reject("of the key set must be an absolute URL");
    };
    // They would appear in logs, and a key set is public.
    if has_credentials(&url) {
        return reject("of the key set must not contain a user name or password");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if http == Http::Anywhere || http == Http::ToThisMachine && is_loopback(&url) => Ok(url),
        "http" => Err(ConfigError::InsecureUrl),
        _ => reject("of the key set must be http or https"),
    }
}

/// Whether there is a user name or a password (RFC 3986 §3.2.1), which the client would send.
pub(super) fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_https_anywhere_and_http_to_this_machine() {
        for url in [
            "https://auth.example.test/api/auth/jwks",
            "http://localhost:3000/jwks",
            "http://LOCALHOST/jwks",
            "http://127.0.0.1/jwks",
            "http://127.8.8.8:1/jwks",
            "http://[::1]:3000/jwks",
        ] {
            assert!(parse(url, Http::ToThisMachine).is_ok(), "{url}");
            assert_eq!(parse(url, Http::Nowhere).is_ok(), url.starts_with("https"), "{url}");
        }
    }

    #[test]
    fn takes_http_elsewhere_only_when_it_is_allowed() {
        for url in ["http://auth:3000/jwks", "http://10.0.0.1/jwks", "http://localhost.evil.test/jwks"] {
            assert!(parse(url, Http::ToThisMachine).is_err(), "{url}");
            assert!(parse(url, Http::Anywhere).is_ok(), "{url}");
        }
    }

    #[test]
    fn rejects_other_schemes_relative_urls_and_credentials() {
        for url in [
            "file:///etc/jwks.json",
            "ftp://auth.example.test/jwks",
            "data:application/json,{}",
            "/api/auth/jwks",
            "auth.example.test/jwks",
            "",
            "https://user:password@auth.example.test/jwks",
            "https://user@auth.example.test/jwks",
        ] {
            assert!(parse(url, Http::Anywhere).is_err(), "{url}");
        }
    }
}

//! Origins that may call the API, with one `*` in a label of the host.

use url::Url;

use super::ConfigError;

/// An entry of `cors.origins`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OriginPattern {
    /// `*`
    Any,
    /// Exactly as browsers send it.
    Exact(String),
    /// The text before and after a `*` that stands for a part of one label.
    Wildcard {
        /// Scheme and begin of the host.
        before: String,
        /// The rest of the host, and the port.
        after: String,
    },
}

impl OriginPattern {
    /// Parses an entry.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        let reject = |why: &str| Err(ConfigError::new("cors.origins", format!("{text:?} {why}")));
        if text == "*" {
            return Ok(Self::Any);
        }
        match text.split_once('*') {
            None if is_origin(text) => Ok(Self::Exact(text.to_owned())),
            None => reject(
                "is not a valid origin; write scheme, host and port as browsers do: https://app.example",
            ),
            Some((before, after)) => {
                // Below two further labels: https://*.com would allow the whole of it.
                let host = after.split(':').next().unwrap_or_default();
                let labels = host.split('.').skip(1).filter(|label| !label.is_empty()).count();
                let is_in_host =
                    before.contains("://") && !after.contains('*') && is_origin(&format!("{before}x{after}"));
                if !is_in_host || labels < 2 {
                    return reject(
                        "may have one * only, for a part of a host below a domain: https://my-app-*.example.com",
                    );
                }
                Ok(Self::Wildcard { before: before.to_owned(), after: after.to_owned() })
            }
        }
    }

    /// Whether the value of an `Origin` header matches. A `*` stands for one or more letters, digits and hyphens.
    pub(crate) fn matches(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(exact) => origin == exact,
            Self::Wildcard { before, after } => {
                let part =
                    origin.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                part.is_some_and(|part| {
                    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                })
            }
        }
    }
}

/// Whether a text is an origin as browsers send it. Applications in a web view have a scheme of their own, such as
/// `capacitor://localhost`, for which the URL standard defines no origin.
fn is_origin(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    if matches!(url.scheme(), "http" | "https") {
        return url.origin().ascii_serialization() == text;
    }
    let host = text.strip_prefix(url.scheme()).and_then(|rest| rest.strip_prefix("://")).unwrap_or_default();
    url.scheme() != "file"
        && !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, origin: &str) -> bool {
        OriginPattern::parse(pattern).unwrap().matches(origin)
    }

    #[test]
    fn a_star_matches_a_part_of_one_label() {
        let preview = "https://my-app-*.vercel.app";
        for origin in ["https://my-app-git-main.vercel.app", "https://my-app-1.vercel.app"] {
            assert!(matches(preview, origin), "{origin}");
        }
        for origin in [
            "https://my-app-.vercel.app",
            "https://my-app-a.b.vercel.app",
            "https://my-app-a.evil.com/.vercel.app",
            "https://my-app-evil.com#.vercel.app",
            "https://my-app-x@evil.vercel.app",
            "http://my-app-a.vercel.app",
            "https://other.vercel.app",
            "https://my-app-a.vercel.app:8443",
            "https://my-app-a.vercel.app.evil.com",
            "null",
            "",
        ] {
            assert!(!matches(preview, origin), "{origin}");
        }
        assert!(matches("https://*.app.example:8443", "https://a.app.example:8443"));
        assert!(matches("*", "null"));
    }

    #[test]
    fn other_stars_are_rejected() {
        for pattern in [
            "https://*",
            "https://*.com",
            "https://app.*",
            "https://app.example:*",
            "*://app.example.com",
            "https://*.*.example.com",
            "https://a-**.example.com",
            "https://*.example.com/",
            "*.example.com",
            "**",
        ] {
            let error = OriginPattern::parse(pattern).unwrap_err().to_string();
            assert!(error.starts_with("cors.origins: ") && error.contains("one *"), "{pattern}: {error}");
        }
    }

    #[test]
    fn web_views_have_origins_with_schemes_of_their_own() {
        for origin in
            ["capacitor://localhost", "tauri://localhost", "ionic://localhost", "chrome-extension://abcdef"]
        {
            assert!(matches(origin, origin));
        }
        for text in [
            "capacitor://",
            "capacitor:localhost",
            "capacitor://localhost/",
            "file://x",
            "null",
            "app.example",
        ] {
            assert!(OriginPattern::parse(text).is_err(), "{text}");
        }
    }
}

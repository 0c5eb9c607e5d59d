//! Rule 7 over HTTP: the options of the client.

use std::thread;
use std::time::{Duration, Instant};

use super::{PATH, assert_fetches};
use crate::support::{Issuer, respond};
use tasknook_auth::{ConfigError, FetchError, HttpJwksSource, HttpOptions, JwksSource};

fn with(issuer: &Issuer, options: HttpOptions) -> HttpJwksSource {
    HttpJwksSource::with_options(&issuer.url(PATH), options).unwrap()
}

/// The setting that the constructor rejects.
fn rejected(options: HttpOptions) -> Option<&'static str> {
    match HttpJwksSource::with_options("https://auth.example.test/jwks", options) {
        Err(ConfigError::OutOfRange { setting, .. }) => Some(setting),
        _ => None,
    }
}

#[test]
fn sends_the_headers_that_are_set() {
    let issuer = Issuer::start(|number, _, stream| match number {
        1 => respond(stream, "307 Temporary Redirect", "location: /keys\r\n", ""),
        _ => respond(stream, "200 OK", "", "{}"),
    });
    let options = HttpOptions::new().header("X-Api-Key", "a").header("accept", "application/jwk-set+json");
    assert_fetches(&with(&issuer, options), "{}");
    for request in issuer.requests() {
        assert!(request.contains("\r\nx-api-key: a\r\n"), "{request}");
        assert_eq!(request.matches("\r\naccept:").count(), 1, "{request}");
        assert!(request.contains("\r\naccept: application/jwk-set+json\r\n"), "{request}");
    }
    assert_eq!(issuer.requests().len(), 2);
}

#[test]
fn rejects_headers_of_the_connection_and_of_two_lines() {
    for name in [
        "Host",
        "Cache-Control",
        "content-length",
        "Connection",
        "transfer-encoding",
        "If-None-Match",
        "range",
        "te",
    ] {
        assert_eq!(rejected(HttpOptions::new().header(name, "a")), Some("header"), "{name}");
    }
    for name in ["", "x y", "x:", "x\r\nhost: evil.test\r\ny", "\u{e9}"] {
        assert_eq!(rejected(HttpOptions::new().header(name, "a")), Some("header"), "{name}");
    }
    for value in ["a\r\nhost: evil.test", "a\n", "\0", "\u{e9}"] {
        assert_eq!(rejected(HttpOptions::new().header("x-api-key", value)), Some("header"), "{value}");
    }
}

#[test]
fn the_options_show_no_value_of_a_header_and_no_proxy() {
    let options = HttpOptions::new().header("x-api-key", "hunter2").proxy("http://user:hunter2@proxy:3128");
    let shown = format!("{options:?}");
    assert!(shown.contains("x-api-key") && !shown.contains("hunter2"), "{shown}");
    let source = HttpJwksSource::with_options("https://auth.example.test/jwks", options).unwrap();
    assert!(!format!("{source:?}").contains("hunter2"));
}

#[test]
fn deadlines_are_from_100_ms_to_30_s() {
    let ms = Duration::from_millis;
    for (deadline, is_valid) in [(0, false), (99, false), (100, true), (30_000, true), (30_001, false)] {
        let expected = |setting| if is_valid { None } else { Some(setting) };
        assert_eq!(rejected(HttpOptions::new().deadline(ms(deadline))), expected("deadline"));
        assert_eq!(rejected(HttpOptions::new().first_deadline(ms(deadline))), expected("first_deadline"));
    }
}

/// The default deadlines are 3 and 10 seconds.
#[test]
fn a_fetch_ends_after_the_deadline_that_is_set() {
    let issuer = Issuer::start(|number, _, stream| match number {
        2 => respond(stream, "200 OK", "", "{}"),
        _ => thread::park(),
    });
    let ms = Duration::from_millis;
    let source = with(&issuer, HttpOptions::new().deadline(ms(200)).first_deadline(ms(400)));
    for least in [Some(ms(400)), None, Some(ms(200))] {
        let start = Instant::now();
        let fetched = source.fetch();
        assert_eq!(matches!(fetched, Err(FetchError::Timeout)), least.is_some(), "{fetched:?}");
        if let Some(least) = least {
            assert!((least..ms(2900)).contains(&start.elapsed()), "{:?}", start.elapsed());
        }
    }
}

#[test]
fn the_first_deadline_is_not_the_shorter_one() {
    let issuer = Issuer::start(|_, _, _| thread::park());
    let ms = Duration::from_millis;
    let source = with(&issuer, HttpOptions::new().deadline(ms(400)).first_deadline(ms(100)));
    let start = Instant::now();
    assert!(matches!(source.fetch(), Err(FetchError::Timeout)));
    assert!(start.elapsed() >= ms(400), "{:?}", start.elapsed());
}

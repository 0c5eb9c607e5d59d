//! Rule 7 over HTTP: a key set that is unchanged is not sent again, and the issuer can state how long it is current.

use std::sync::Arc;
use std::time::Duration;

use super::{PATH, assert_fetches, source};
use crate::support::{
    FixedCalendar, Issuer, SigningKey, claims, key_set, options_on, respond, rules, verdict,
};
use tasknook_auth::{FetchError, JwksOptions, JwksSource, JwksVerifier};

/// The value of `If-None-Match` in each request.
fn conditions(issuer: &Issuer) -> Vec<Option<String>> {
    let condition = |head: String| {
        let line = head.lines().find_map(|line| line.strip_prefix("if-none-match: "));
        line.map(str::to_owned)
    };
    issuer.requests().into_iter().map(condition).collect()
}

#[test]
fn an_unchanged_set_is_not_sent_again() {
    for tag in ["\"v1\"", "w/\"v1\""] {
        let headers = format!("etag: {tag}\r\n");
        let issuer = Issuer::start(move |number, _, stream| match number {
            1 => respond(stream, "200 OK", &headers, "{\"keys\":[]}"),
            2 | 3 => respond(stream, "304 Not Modified", &headers, ""),
            4 => respond(stream, "200 OK", "etag: \"v2\"\r\n", "{}"),
            5 => respond(stream, "304 Not Modified", "", ""),
            _ => respond(stream, "200 OK", "", "[]"),
        });
        let source = source(&issuer);
        for body in ["{\"keys\":[]}", "{\"keys\":[]}", "{\"keys\":[]}", "{}", "{}", "[]", "[]"] {
            assert_fetches(&source, body);
        }
        let (old, new) = (Some(tag.to_owned()), Some("\"v2\"".to_owned()));
        assert_eq!(conditions(&issuer), [None, old.clone(), old.clone(), old, new.clone(), new, None]);
    }
}

#[test]
fn the_request_after_a_failed_one_has_no_condition() {
    let issuer = Issuer::start(|number, _, stream| match number {
        2 => respond(stream, "412 Precondition Failed", "", ""),
        _ => respond(stream, "200 OK", "etag: \"v1\"\r\n", "{}"),
    });
    let source = source(&issuer);
    assert_fetches(&source, "{}");
    assert!(matches!(source.fetch(), Err(FetchError::Status { status: 412, .. })));
    assert_fetches(&source, "{}");
    assert_eq!(conditions(&issuer), [None, Some("\"v1\"".to_owned()), None]);
}

/// A server can have the same tag for two sets, when it makes the tag of their time and size.
#[test]
fn a_new_key_is_found_whatever_the_tag() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let sets = [key_set(&[old.jwk("k1")]), key_set(&[new.jwk("k2")])];
    let issuer = Issuer::start(move |number, _, stream| {
        respond(stream, "200 OK", "etag: \"v1\"\r\n", &sets[usize::from(number > 1)]);
    });
    let options = options_on(Arc::new(FixedCalendar));
    let source = Arc::new(source(&issuer));
    let verifier = JwksVerifier::with_options(source, JwksOptions::new(), rules(), options).unwrap();
    assert_eq!(verdict(&verifier, &old.token("k1", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &new.token("k2", &claims())), "accepted");
    assert_eq!(conditions(&issuer), [None, None]);
}

#[test]
fn not_modified_without_a_condition_is_an_error() {
    let issuer = Issuer::answering("304 Not Modified", "etag: \"v1\"\r\n", "");
    let source = source(&issuer);
    for _ in 0..2 {
        assert!(matches!(source.fetch(), Err(FetchError::Status { status: 304, .. })));
    }
    assert_eq!(conditions(&issuer), [None, None]);
}

#[test]
fn a_tag_is_sent_to_the_url_that_it_came_from() {
    let issuer = Issuer::start(|number, path, stream| match (number, path) {
        (1 | 3, PATH) => respond(stream, "302 Found", "location: /a\r\netag: \"other\"\r\n", ""),
        (5, PATH) => respond(stream, "302 Found", "location: /b\r\n", ""),
        (4, _) => respond(stream, "304 Not Modified", "", ""),
        _ => respond(stream, "200 OK", "etag: \"v1\"\r\n", "{}"),
    });
    let source = source(&issuer);
    for _ in 0..3 {
        assert_fetches(&source, "{}");
    }
    assert_eq!(conditions(&issuer), [None, None, None, Some("\"v1\"".to_owned()), None, None]);
}

#[test]
fn reads_how_long_a_set_is_current() {
    for (headers, seconds) in [
        ("", None),
        ("cache-control: max-age=60\r\n", Some(60)),
        ("Cache-Control: public, Max-Age=60 , must-revalidate\r\n", Some(60)),
        ("cache-control: max-age=\"60\"\r\n", Some(60)),
        ("cache-control: max-age=60, max-age=30\r\n", Some(30)),
        ("cache-control: public\r\ncache-control: max-age=60\r\n", Some(60)),
        ("cache-control: max-age=60\r\nage: 45\r\n", Some(60)),
        // No statement about the keys, but the default of many servers.
        ("cache-control: public, max-age=0, must-revalidate\r\n", None),
        ("cache-control: no-store, max-age=60\r\n", None),
        ("cache-control: max-age=60\r\ncache-control: no-cache\r\n", None),
        ("cache-control: s-maxage=60\r\n", None),
        ("cache-control: max-age=-1\r\n", None),
        ("cache-control: max-age=1.5\r\n", None),
        ("cache-control: max-age\r\n", None),
        ("cache-control: max-age=18446744073709551616\r\n", None),
        ("cache-control: \u{e9}\r\n", None),
    ] {
        let issuer = Issuer::answering("200 OK", headers, "{}");
        let fetched = source(&issuer).fetch().unwrap();
        assert_eq!(fetched.max_age(), seconds.map(Duration::from_secs), "{headers}");
    }
}

#[test]
fn the_time_in_a_cache_counts_for_at_most_an_hour() {
    for (age, seconds) in [("", 0), ("0", 0), ("45", 45), ("7200", 3600), ("-1", 0), ("old", 0)] {
        let issuer = Issuer::start(move |number, _, stream| {
            let status = if number == 1 { "200 OK" } else { "304 Not Modified" };
            let age = if number == 3 { "1" } else { age };
            respond(stream, status, &format!("etag: \"v1\"\r\nage: {age}\r\n"), "{}");
        });
        let source = source(&issuer);
        for seconds in [seconds, seconds, 1] {
            assert_eq!(source.fetch().unwrap().age(), Duration::from_secs(seconds), "{age}");
        }
    }
}

/// A cache that does not ask the issuer, although each request demands it.
#[test]
fn a_key_that_a_cached_set_lacks_is_unchecked() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let sets = [key_set(&[old.jwk("k1")]), key_set(&[new.jwk("k2")])];
    let issuer = Issuer::start(move |number, _, stream| {
        let age = if number == 2 { "age: 120\r\n" } else { "" };
        respond(stream, "200 OK", age, &sets[usize::from(number > 2)]);
    });
    let options = options_on(Arc::new(FixedCalendar));
    let source = Arc::new(source(&issuer));
    let verifier = JwksVerifier::with_options(source, JwksOptions::new(), rules(), options).unwrap();
    assert_eq!(verdict(&verifier, &old.token("k1", &claims())), "accepted");
    let token = new.token("k2", &claims());
    assert_eq!([(); 2].map(|()| verdict(&verifier, &token)), ["unchecked_key", "accepted"]);
    assert!(issuer.requests().iter().all(|head| head.contains("\r\ncache-control: no-cache\r\n")));
}

#[test]
fn not_modified_states_anew_how_long_a_set_is_current() {
    let issuer = Issuer::start(|number, _, stream| match number {
        1 => respond(stream, "200 OK", "etag: \"v1\"\r\ncache-control: max-age=60\r\n", "{}"),
        2 => respond(stream, "304 Not Modified", "cache-control: max-age=30\r\n", ""),
        _ => respond(stream, "304 Not Modified", "", ""),
    });
    let source = source(&issuer);
    for seconds in [60, 30, 30] {
        assert_eq!(source.fetch().unwrap().max_age(), Some(Duration::from_secs(seconds)));
    }
}

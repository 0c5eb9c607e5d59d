use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use super::*;
use crate::testing::{Issuer, NOW, SetClock, SigningKey, claims, key_set, respond, rules, verdict};
use crate::{JwksOptions, JwksVerifier};

const PATH: &str = "/api/auth/jwks";

fn source(issuer: &Issuer) -> HttpJwksSource {
    HttpJwksSource::new(&issuer.url(PATH), false).unwrap()
}

#[test]
fn keys_are_below_api_auth_unless_the_url_has_a_path() {
    assert_eq!(keys_url("https://app.example"), "https://app.example/api/auth/jwks");
    assert_eq!(keys_url("https://app.example/"), "https://app.example/api/auth/jwks");
    assert_eq!(keys_url("https://app.example/auth/"), "https://app.example/auth/jwks");
}

fn impatient(issuer: &Issuer) -> HttpJwksSource {
    HttpJwksSource { deadline: Duration::from_millis(300), ..source(issuer) }
}

/// A verifier that fetches when a token makes it, and not by itself within a test.
fn verifier(issuer: &Issuer) -> JwksVerifier {
    let hour = Duration::from_hours(1);
    let options = JwksOptions { first_retry: hour, last_retry: hour, ..JwksOptions::default() };
    JwksVerifier::with_clock(Arc::new(source(issuer)), options, rules(), SetClock::at(NOW)).unwrap()
}

#[test]
fn fetches_the_body_and_sends_nothing_that_it_was_given() {
    let issuer = Issuer::answering("200 OK", "set-cookie: session=1; Path=/\r\n", "{\"keys\":[]}");
    let source = source(&issuer);
    for _ in 0..2 {
        assert_eq!(source.fetch().unwrap().body, b"{\"keys\":[]}");
    }
    let requests = issuer.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(request.starts_with("get /api/auth/jwks http/1.1\r\n"), "{request}");
        assert!(request.contains("user-agent: tasknook-auth/"), "{request}");
        assert!(!request.contains("cookie") && !request.contains("authorization"), "{request}");
    }
}

#[test]
fn takes_no_other_status_for_a_key_set() {
    for (line, code) in [("500 Oops", 500), ("404 Not Found", 404), ("204 No Content", 204), ("401 Who", 401)]
    {
        let issuer = Issuer::answering(line, "", "{\"keys\":[]}");
        let error = source(&issuer).fetch().unwrap_err();
        assert!(
            matches!(error, FetchError::Status { status, retry_after: None } if status == code),
            "{error:?}"
        );
        assert_eq!(issuer.requests().len(), 1);
    }
}

#[test]
fn reads_how_long_the_issuer_wants_to_be_left_alone() {
    for (headers, seconds) in [
        ("retry-after: 7\r\n", Some(7)),
        ("Retry-After:  120 \r\n", Some(120)),
        ("retry-after: -1\r\n", None),
        ("retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", None),
        ("", None),
    ] {
        let issuer = Issuer::answering("429 Too Many Requests", headers, "");
        let error = source(&issuer).fetch().unwrap_err();
        assert_eq!(error.retry_after(), seconds.map(Duration::from_secs), "{headers}");
    }
}

#[test]
fn gives_up_on_an_issuer_that_never_answers() {
    let issuer = Issuer::start(|_, _, _| thread::park());
    assert!(matches!(impatient(&issuer).fetch(), Err(FetchError::Timeout)));
}

#[test]
fn gives_up_on_an_issuer_that_answers_byte_by_byte() {
    let issuer = Issuer::start(|_, _, stream| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n";
        let mut alive = stream.write_all(head).is_ok();
        while alive {
            alive = stream.write_all(b" ").is_ok();
            thread::park_timeout(Duration::from_millis(20));
        }
    });
    let start = Instant::now();
    assert!(matches!(impatient(&issuer).fetch(), Err(FetchError::Timeout)));
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn an_issuer_that_is_down_or_speaks_no_http_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{PATH}", closed.local_addr().unwrap());
    drop(closed);
    let down = HttpJwksSource::new(&url, false).unwrap();
    assert!(matches!(down.fetch(), Err(FetchError::Unreachable(_))));

    let issuer = Issuer::start(|_, _, stream| drop(stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")));
    assert!(matches!(source(&issuer).fetch(), Err(FetchError::Unreachable(_))));
}

#[test]
fn an_https_url_gets_no_plain_text() {
    let issuer = Issuer::answering("200 OK", "", "{\"keys\":[]}");
    let url = issuer.url(PATH).replace("http:", "https:");
    let source =
        HttpJwksSource { deadline: Duration::from_millis(500), ..HttpJwksSource::new(&url, true).unwrap() };
    assert!(source.fetch().is_err());
}

#[test]
fn takes_a_quarter_of_a_mebibyte_and_no_more() {
    let body = |bytes: u64| " ".repeat(usize::try_from(bytes).unwrap());
    let issuer = Issuer::answering("200 OK", "", body(MAX_BODY_BYTES));
    assert!(source(&issuer).fetch().is_ok());
    let issuer = Issuer::answering("200 OK", "", body(MAX_BODY_BYTES + 1));
    let error = source(&issuer).fetch().unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { limit_bytes: MAX_BODY_BYTES }), "{error:?}");

    let endless = Issuer::start(|_, _, stream| {
        let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_ok();
        while alive {
            alive = stream.write_all(&[b' '; 4096]).is_ok();
        }
    });
    assert!(matches!(source(&endless).fetch(), Err(FetchError::TooLarge { .. })));
}

#[test]
fn follows_no_redirect_to_another_origin() {
    let elsewhere = Arc::new(Issuer::answering("200 OK", "", "{\"keys\":[]}"));
    for target in
        [elsewhere.url("/jwks"), "https://127.0.0.1/jwks".into(), "file:///jwks".into(), "//evil.test".into()]
    {
        let issuer = Issuer::start(move |_, _, stream| {
            respond(stream, "302 Found", &format!("location: {target}\r\n"), "");
        });
        assert!(matches!(source(&issuer).fetch(), Err(FetchError::ForeignRedirect)));
        assert_eq!(issuer.requests().len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[test]
fn follows_a_redirect_within_the_origin_a_few_times() {
    let issuer = Issuer::start(|_, path, stream| match path {
        "/api/auth/jwks/" => respond(stream, "200 OK", "", "{}"),
        _ => respond(stream, "308 Permanent Redirect", "location: /api/auth/jwks/\r\n", ""),
    });
    assert_eq!(source(&issuer).fetch().unwrap().body, b"{}");
    assert_eq!(issuer.requests().len(), 2);

    let circle = Issuer::answering("307 Temporary Redirect", "location: ?again\r\n", "");
    assert!(matches!(source(&circle).fetch(), Err(FetchError::TooManyRedirects)));
    assert_eq!(circle.requests().len(), 4);
}

#[test]
fn a_wrong_answer_at_the_start_makes_tokens_unavailable_at_one_request() {
    for body in ["{}", "<html></html>", "", "{\"keys\":[]}"] {
        let issuer = Issuer::answering("200 OK", "", body);
        let verifier = verifier(&issuer);
        let key = SigningKey::ed25519();
        for _ in 0..10 {
            assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "keys_unavailable", "{body}");
        }
        assert_eq!(issuer.requests().len(), 1);
    }
}

#[test]
fn a_rotated_key_costs_one_request_and_made_up_ones_no_more() {
    let keys = [SigningKey::ed25519(), SigningKey::ed25519()];
    let sets = [key_set(&[keys[0].jwk("k1")]), key_set(&[keys[0].jwk("k1"), keys[1].jwk("k2")])];
    let issuer =
        Issuer::start(move |number, _, stream| respond(stream, "200 OK", "", &sets[number.min(2) - 1]));
    let verifier = verifier(&issuer);
    for (key, id) in keys.iter().zip(["k1", "k2"]) {
        assert_eq!(verdict(&verifier, &key.token(id, &claims())), "accepted", "{id}");
    }
    for number in 0..200 {
        assert_eq!(verdict(&verifier, &keys[1].token(&format!("x{number}"), &claims())), "unknown_key");
    }
    assert_eq!(issuer.requests().len(), 2);
}

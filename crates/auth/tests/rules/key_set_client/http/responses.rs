//! Rule 7 over HTTP: the accepted responses and their size.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use super::{PATH, assert_fetches, source};
use crate::support::Issuer;
use tasknook_auth::{FetchError, HttpJwksSource, JwksSource};

const MEBIBYTE: usize = 1_048_576;

#[test]
fn fetches_the_body_and_sends_nothing_that_it_was_given() {
    let issuer = Issuer::answering("200 OK", "set-cookie: session=1; Path=/\r\n", "{\"keys\":[]}");
    let source = source(&issuer);
    for _ in 0..2 {
        assert_fetches(&source, "{\"keys\":[]}");
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
    let statuses = [("500 Oops", 500), ("404 Not Found", 404), ("204 No Content", 204), ("401 Who", 401)];
    for (line, code) in statuses.into_iter().chain([("201 Created", 201), ("206 Partial Content", 206)]) {
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
fn reads_retry_after_in_seconds() {
    for (headers, seconds) in [
        ("retry-after: 7\r\n", Some(7)),
        ("retry-after: 0\r\n", Some(0)),
        ("Retry-After:  120 \r\n", Some(120)),
        ("retry-after: 18446744073709551615\r\n", Some(u64::MAX)),
        ("retry-after: 18446744073709551616\r\n", None),
        ("retry-after: -1\r\n", None),
        ("retry-after: 1.5\r\n", None),
        ("retry-after: \u{e9}\r\n", None),
        ("retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", None),
        ("", None),
    ] {
        for status in ["429 Too Many Requests", "503 Service Unavailable"] {
            let issuer = Issuer::answering(status, headers, "");
            let error = source(&issuer).fetch().unwrap_err();
            assert_eq!(error.retry_after(), seconds.map(Duration::from_secs), "{headers}");
            assert_eq!(issuer.requests().len(), 1);
        }
    }
}

#[test]
fn an_issuer_that_is_down_or_speaks_no_http_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{PATH}", closed.local_addr().unwrap());
    drop(closed);
    let down = HttpJwksSource::new(&url).unwrap();
    assert!(matches!(down.fetch(), Err(FetchError::Unreachable(_))));

    let issuer = Issuer::start(|_, _, stream| drop(stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")));
    assert!(matches!(source(&issuer).fetch(), Err(FetchError::Unreachable(_))));
    assert_eq!(issuer.requests().len(), 1);
}

#[test]
fn an_incomplete_response_is_an_error() {
    let issuer = Issuer::start(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"keys\":[]}");
    });
    assert!(matches!(source(&issuer).fetch(), Err(FetchError::Unreachable(_))));
    assert_eq!(issuer.requests().len(), 1);
}

#[test]
fn takes_a_mebibyte_and_no_more() {
    let issuer = Issuer::answering("200 OK", "", " ".repeat(MEBIBYTE));
    assert_fetches(&source(&issuer), &" ".repeat(MEBIBYTE));
    let issuer = Issuer::answering("200 OK", "", " ".repeat(MEBIBYTE + 1));
    let error = source(&issuer).fetch().unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { limit_bytes: 1_048_576 }), "{error:?}");
    assert_eq!(issuer.requests().len(), 1);
}

#[test]
fn a_body_or_a_head_without_end_is_not_read_to_its_end() {
    let endless = Issuer::start(|_, _, stream| {
        let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_ok();
        while alive {
            alive = stream.write_all(&[b' '; 4096]).is_ok();
        }
    });
    assert!(matches!(source(&endless).fetch(), Err(FetchError::TooLarge { .. })));
    assert_eq!(endless.requests().len(), 1);
    let endless = Issuer::start(|_, _, stream| {
        let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\n").is_ok();
        while alive {
            alive = stream.write_all(&b"x-padding: aaaaaaaaaaaaaaaa\r\n".repeat(100)).is_ok();
        }
    });
    assert!(matches!(source(&endless).fetch(), Err(FetchError::Unreachable(_))));
    assert_eq!(endless.requests().len(), 1);
}

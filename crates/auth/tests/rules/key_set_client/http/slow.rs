//! Rule 7 over HTTP: the deadline of a fetch.

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::{PATH, source};
use crate::support::{Issuer, respond};
use tasknook_auth::{FetchError, JwksSource};

const SECOND: Duration = Duration::from_secs(1);

/// Responds to the first request at once, and to further ones as given.
fn after_a_first_set(respond_late: impl Fn(usize, &mut TcpStream) + Send + Sync + 'static) -> Issuer {
    Issuer::start(move |number, _, stream| match number {
        1 => respond(stream, "200 OK", "", "{}"),
        _ => respond_late(number, stream),
    })
}

fn silent() -> Issuer {
    after_a_first_set(|_, _| thread::park())
}

/// Sends a first piece, and the other one again and again.
fn drop_by_drop(start: &'static [u8], drop: &'static [u8]) -> Issuer {
    after_a_first_set(move |_, stream| {
        let mut alive = stream.write_all(start).is_ok();
        while alive {
            alive = stream.write_all(drop).is_ok();
            thread::park_timeout(Duration::from_millis(20));
        }
    })
}

/// Responds after a second, the given number of times with a redirect.
fn leisurely(redirects: usize) -> Issuer {
    after_a_first_set(move |number, stream| {
        let start = Instant::now();
        while let Some(remaining) = SECOND.checked_sub(start.elapsed()) {
            thread::park_timeout(remaining);
        }
        if number > redirects + 1 {
            return respond(stream, "200 OK", "", "{}");
        }
        respond(stream, "307 Temporary Redirect", &format!("location: {PATH}?{number}\r\n"), "");
    })
}

#[test]
fn a_fetch_ends_after_three_seconds_whatever_the_issuer_does() {
    let body = drop_by_drop(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b" ");
    let head = drop_by_drop(b"HTTP/1.1 200 OK\r\nx: ", b"x");
    let issuers = [silent(), body, head, leisurely(3)];
    let fetch = |issuer: &Issuer| {
        let source = source(issuer);
        source.fetch().unwrap();
        let start = Instant::now();
        (source.fetch(), start.elapsed())
    };
    let fetched: Vec<_> = thread::scope(|scope| {
        let in_time = leisurely(0);
        let fetches: Vec<_> = issuers.iter().map(|issuer| scope.spawn(|| fetch(issuer))).collect();
        assert!(fetch(&in_time).0.is_ok());
        fetches.into_iter().map(|fetch| fetch.join().unwrap()).collect()
    });
    for (answer, elapsed) in &fetched {
        assert!(matches!(answer, Err(FetchError::Timeout)), "{answer:?}");
        assert!(*elapsed > Duration::from_millis(2900), "{elapsed:?}");
    }
    // Without the limit the first ones would not end for half an hour; a machine with much to do is late with all of
    // them.
    let fastest = fetched.iter().map(|(_, elapsed)| *elapsed).min();
    assert!(fastest < Some(SECOND * 8), "{fastest:?}");
    let requests: Vec<_> = issuers.iter().map(|issuer| issuer.requests().len()).collect();
    assert_eq!(requests[..3], [2, 2, 2]);
    assert!((3..=4).contains(&requests[3]), "{requests:?}");
}

#[test]
fn the_first_fetch_has_ten_seconds() {
    let issuer = Issuer::start(|_, _, _| thread::park());
    let (source, start) = (source(&issuer), Instant::now());
    assert!(matches!(source.fetch(), Err(FetchError::Timeout)));
    assert!(start.elapsed() > Duration::from_millis(9900), "{:?}", start.elapsed());
}

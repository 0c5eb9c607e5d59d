//! Rule 7 over HTTP: a redirect leads to another path of the issuer, or nowhere.

use std::sync::{Arc, Once};
use std::time::Duration;

use super::{PATH, assert_fetches, source};
use crate::support::{Issuer, Log, await_condition, respond, rules};
use tasknook_auth::{FetchError, FetchedKeys, HttpJwksSource, JwksOptions, JwksSource, JwksVerifier};

/// What an application's middleware does with a request that has no session.
#[test]
fn the_location_names_the_target_of_a_redirect() {
    let issuer = Issuer::start(move |_, path, stream| match path {
        PATH => respond(stream, "307 Temporary Redirect", "location: /sign-in?next=%2Fkeys\r\n", ""),
        _ => respond(stream, "200 OK", "", "<html>"),
    });
    let source = source(&issuer);
    assert_eq!(source.location().unwrap(), issuer.url(PATH));
    assert!(source.fetch().is_ok());
    let expected = format!("{} (redirected to \"{}\")", issuer.url(PATH), issuer.url("/sign-in"));
    assert_eq!(source.location().unwrap(), expected);
}

#[test]
fn a_failed_fetch_logs_the_url_and_the_redirect() {
    let issuer = Issuer::start(move |_, path, stream| match path {
        PATH => respond(stream, "307 Temporary Redirect", "location: /sign-in\r\n", ""),
        _ => respond(stream, "200 OK", "", "<html>"),
    });
    let log = Log::default();
    let logging = Logging { source: source(&issuer), log: log.clone(), started: Once::new() };
    let _verifier = JwksVerifier::new(Arc::new(logging), JwksOptions::default(), rules()).unwrap();
    let line = || log.lines().into_iter().find(|line| line.contains("cannot fetch the key set"));
    await_condition(|| line().is_some());
    let line = line().unwrap();
    for part in
        [issuer.url(PATH), format!("redirected to \"{}\"", issuer.url("/sign-in")), "list of keys".into()]
    {
        assert!(line.contains(&part), "{part} is not in {line}");
    }
}

/// A source that makes the thread of the verifier log to this test.
struct Logging {
    source: HttpJwksSource,
    log: Log,
    started: Once,
}

impl JwksSource for Logging {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        self.source.fetch()
    }

    // Runs on the thread of the verifier, unlike the fetch.
    fn deadline(&self) -> Duration {
        self.started.call_once(|| self.log.listen_to_this_thread());
        self.source.deadline()
    }

    fn location(&self) -> Option<String> {
        self.source.location()
    }
}

#[test]
fn the_location_names_a_foreign_target_and_no_password() {
    for (target, shown) in [
        ("https://elsewhere.test/login", "\"https://elsewhere.test/login\""),
        ("https://user:hunter2@elsewhere.test/", "a URL with a user name"),
    ] {
        let issuer = Issuer::start(move |_, _, stream| {
            respond(stream, "302 Found", &format!("location: {target}\r\n"), "");
        });
        let source = source(&issuer);
        assert!(source.fetch().is_err());
        let location = source.location().unwrap();
        assert!(location.ends_with(&format!("(redirected to {shown})")), "{location}");
    }
}

#[test]
fn follows_no_redirect_to_another_origin() {
    let elsewhere = Issuer::answering("200 OK", "", "{\"keys\":[]}");
    let theirs = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
        .map(|status| (status, elsewhere.url("/jwks")));
    let targets = ["file:///jwks", "data:application/json,{}", "//evil.test", "http://", "\u{e9}"]
        .map(|target| ("302 Found", target.to_owned()));
    for (status, target) in theirs.into_iter().chain(targets) {
        let issuer = Issuer::start(move |_, _, stream| {
            respond(stream, status, &format!("location: {target}\r\n"), "{\"keys\":[]}");
        });
        assert!(matches!(source(&issuer).fetch(), Err(FetchError::ForeignRedirect)));
        assert_eq!(issuer.requests().len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[test]
fn a_redirect_without_a_location_is_not_followed() {
    let issuer = Issuer::answering("302 Found", "", "{\"keys\":[]}");
    assert!(matches!(source(&issuer).fetch(), Err(FetchError::ForeignRedirect)));
    assert_eq!(issuer.requests().len(), 1);
}

/// An origin is scheme, host and port; a difference in one of them is enough.
#[test]
fn origins_differ_by_scheme_host_and_port() {
    for (from, to) in [("http://", "https://"), ("127.0.0.1", "localhost"), ("127.0.0.1", "127.0.0.2")] {
        let issuer = Issuer::start(move |_, path, stream| {
            let port = stream.local_addr().unwrap().port();
            let target = format!("http://127.0.0.1:{port}{path}?again").replace(from, to);
            respond(stream, "302 Found", &format!("location: {target}\r\n"), "");
        });
        assert!(matches!(source(&issuer).fetch(), Err(FetchError::ForeignRedirect)), "{to}");
        assert_eq!(issuer.requests().len(), 1);
    }
}

#[test]
fn follows_a_redirect_within_the_origin() {
    for target in ["/api/auth/jwks/", "jwks/", "//127.0.0.1:{port}/api/auth/jwks/"] {
        let issuer = Issuer::start(move |_, path, stream| {
            if path == "/api/auth/jwks/" {
                return respond(stream, "200 OK", "", "{}");
            }
            let target = target.replace("{port}", &stream.local_addr().unwrap().port().to_string());
            respond(stream, "308 Permanent Redirect", &format!("location: {target}\r\n"), "");
        });
        assert_fetches(&source(&issuer), "{}");
        assert_eq!(issuer.requests().len(), 2);
    }
}

#[test]
fn follows_three_redirects_and_no_more() {
    let issuer = |redirects: usize| {
        Issuer::start(move |number, _, stream| {
            if number > redirects {
                return respond(stream, "200 OK", "", "{}");
            }
            respond(stream, "307 Temporary Redirect", &format!("location: {PATH}?{number}\r\n"), "");
        })
    };
    let (three, four) = (issuer(3), issuer(4));
    assert!(source(&three).fetch().is_ok());
    assert!(matches!(source(&four).fetch(), Err(FetchError::TooManyRedirects)));
    assert_eq!((three.requests().len(), four.requests().len()), (4, 4));
}

#[test]
fn follows_no_redirect_to_a_url_with_credentials() {
    for credentials in ["user", "user:hunter2", ":hunter2"] {
        let issuer = Issuer::start(move |_, path, stream| match path {
            PATH => {
                let host = stream.local_addr().unwrap();
                respond(stream, "302 Found", &format!("location: http://{credentials}@{host}/keys\r\n"), "");
            }
            _ => respond(stream, "200 OK", "", "{\"keys\":[]}"),
        });
        let source = source(&issuer);
        assert!(matches!(source.fetch(), Err(FetchError::ForeignRedirect)), "{credentials}");
        assert_eq!(issuer.requests().len(), 1, "{credentials}");
        assert!(
            source.location().unwrap().ends_with("(redirected to a URL with a user name)"),
            "{credentials}"
        );
    }
}

//! Rule 7 over HTTP: a redirect leads to another path of the issuer, or nowhere.

use super::{PATH, assert_fetches, source};
use crate::support::{Issuer, respond};
use tasknook_auth::{FetchError, JwksSource};

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

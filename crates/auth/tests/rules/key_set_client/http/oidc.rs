//! Rule 7 over HTTP: an issuer that publishes where its keys are.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::support::{
    FixedCalendar, Issuer, ORIGIN, SigningKey, TlsIssuer, claims_with, key_set, logged, options_on, respond,
    verdict,
};
use tasknook_auth::{
    ClaimRules, ConfigError, FetchError, HttpOptions, JwksOptions, JwksSource, JwksVerifier, OidcSource,
};

const DOCUMENT: &str = "/.well-known/openid-configuration";

/// An issuer with this document, in which `{url}` is its own URL; its keys are an empty object at `/keys`.
fn issuer(document: impl Into<String>) -> Issuer {
    let document = document.into();
    Issuer::start(move |_, path, stream| {
        let url = format!("http://{}", stream.local_addr().unwrap());
        match path {
            DOCUMENT => respond(stream, "200 OK", "", &document.replace("{url}", &url)),
            "/keys" => respond(stream, "200 OK", "", "{}"),
            _ => respond(stream, "404 Not Found", "", ""),
        }
    })
}

fn document(issuer: &str, keys: &str) -> String {
    json!({ "issuer": issuer, "jwks_uri": keys, "id_token_signing_alg_values_supported": ["none"] })
        .to_string()
}

/// The paths of the requests so far.
fn paths(issuer: &Issuer) -> Vec<String> {
    let requests = issuer.requests();
    requests.iter().filter_map(|head| head.split(' ').nth(1)).map(str::to_owned).collect()
}

#[test]
fn finds_the_keys_of_an_issuer() {
    let issuer = issuer(document("{url}", "{url}/keys"));
    let source = OidcSource::new(&issuer.url("")).unwrap();
    assert_eq!(source.location(), Some(issuer.url(DOCUMENT)));
    for _ in 0..2 {
        assert_eq!(source.fetch().unwrap().body(), b"{}");
    }
    assert_eq!(source.location(), Some(issuer.url("/keys")));
    assert_eq!(paths(&issuer), [DOCUMENT, "/keys", DOCUMENT, "/keys"]);
}

#[test]
fn the_document_is_below_the_path_of_the_issuer() {
    for (path, expected) in [
        ("/", DOCUMENT.to_owned()),
        ("/api/auth", format!("/api/auth{DOCUMENT}")),
        ("/api/auth/", format!("/api/auth{DOCUMENT}")),
    ] {
        let issuer = Issuer::answering("404 Not Found", "", "");
        let source = OidcSource::new(&issuer.url(path)).unwrap();
        assert!(matches!(source.fetch(), Err(FetchError::Status { status: 404, .. })));
        assert_eq!(paths(&issuer), [expected]);
    }
}

#[test]
fn a_token_of_a_discovered_issuer_is_verified() {
    let key = SigningKey::ed25519();
    let set = key_set(&[key.jwk("k1")]);
    let keys = Issuer::answering("200 OK", "", set);
    let issuer = issuer(document("{url}", &keys.url("/keys")));
    let url = issuer.url("");
    let source = Arc::new(OidcSource::new(&url).unwrap());
    let rules = ClaimRules::new().issuers([&url]).audiences([ORIGIN]);
    let options = options_on(Arc::new(FixedCalendar));
    let verifier = JwksVerifier::with_options(source, JwksOptions::default(), rules, options).unwrap();
    let token = key.token("k1", &claims_with("iss", Some(url.into())));
    assert_eq!(verdict(&verifier, &token), "accepted");
}

#[test]
fn the_document_must_name_the_issuer_byte_by_byte() {
    for named in ["{url}/", "https://accounts.example.test", "{url}/a", " {url}", ""] {
        let issuer = issuer(document(named, "{url}/keys"));
        let fetched = OidcSource::new(&issuer.url("")).unwrap().fetch();
        assert!(matches!(fetched, Err(FetchError::Discovery { .. })), "{named}: {fetched:?}");
        assert_eq!(paths(&issuer), [DOCUMENT]);
    }
}

#[test]
fn a_document_without_usable_members_is_an_error() {
    for document in [
        "",
        "<html>",
        "[]",
        "{\"issuer\":\"{url}\"}",
        "{\"issuer\":\"{url}\",\"jwks_uri\":1}",
        "{\"issuer\":\"{url}\",\"jwks_uri\":\"/keys\"}",
        "{\"issuer\":\"{url}\",\"jwks_uri\":\"{url}/keys\",\"jwks_uri\":\"{url}/keys\"}",
        "{\"issuer\":\"{url}\",\"jwks_uri\":\"file:///keys\"}",
        "{\"issuer\":\"{url}\",\"jwks_uri\":\"http://keys.example.test/\"}",
        "{\"issuer\":\"{url}\",\"jwks_uri\":\"https://user:hunter2@keys.example.test/\"}",
    ] {
        let issuer = issuer(document);
        let source = OidcSource::new(&issuer.url("")).unwrap();
        let error = source.fetch().unwrap_err();
        assert_eq!(error.reason(), "discovery", "{document}: {error}");
        assert!(!error.to_string().contains("hunter2"));
        assert_eq!(source.location(), Some(issuer.url(DOCUMENT)));
        assert_eq!(paths(&issuer), [DOCUMENT]);
    }
}

#[test]
fn the_keys_of_an_https_issuer_come_over_https() {
    for (keys, is_allowed) in [("http://127.0.0.1:9/keys", false), ("{url}/keys", true)] {
        let issuer = TlsIssuer::answering(&document("{url}", keys));
        for allow_http in [false, true] {
            let options = HttpOptions::new().allow_http(allow_http).root_certificates(issuer.authority());
            let fetched = OidcSource::with_options(&issuer.url(""), options).unwrap().fetch();
            assert_eq!(fetched.is_ok(), is_allowed, "{keys}");
            assert!(is_allowed || matches!(fetched, Err(FetchError::Discovery { .. })), "{fetched:?}");
        }
    }
}

#[test]
fn rejects_issuers_that_are_no_plain_urls() {
    for url in ["", "accounts.example.test", "ftp://a.test", "https://a.test?x", "https://a.test/#x"] {
        let source = OidcSource::new(url);
        assert!(matches!(source, Err(ConfigError::InvalidUrl { .. })), "{url}");
    }
    assert!(matches!(OidcSource::new("https://u:p@a.test"), Err(ConfigError::InvalidUrl { .. })));
    assert!(matches!(OidcSource::new("http://auth:3000"), Err(ConfigError::InsecureUrl)));
    assert!(OidcSource::with_options("http://auth:3000", HttpOptions::new().allow_http(true)).is_ok());
}

/// The old URL goes on responding, with the old set, an empty one or a page.
#[test]
fn keys_that_moved_are_found_by_the_next_fetch() {
    for old in ["{\"keys\":[{}]}", "{\"keys\":[]}", "<html>"] {
        let issuer = Issuer::start(move |number, path, stream| {
            let url = format!("http://{}", stream.local_addr().unwrap());
            let keys = if number > 2 { "/new" } else { "/old" };
            match path {
                DOCUMENT => respond(stream, "200 OK", "", &document(&url, &format!("{url}{keys}"))),
                "/old" => respond(stream, "200 OK", "", old),
                _ => respond(stream, "200 OK", "", "{}"),
            }
        });
        let source = OidcSource::new(&issuer.url("")).unwrap();
        for body in [old, "{}"] {
            assert_eq!(source.fetch().unwrap().body(), body.as_bytes());
        }
        assert_eq!(source.location(), Some(issuer.url("/new")));
        assert_eq!(paths(&issuer), [DOCUMENT, "/old", DOCUMENT, "/new"]);
    }
}

/// The document is missing, that of another issuer, or not sent in time.
#[test]
fn a_document_that_cannot_be_read_again_leaves_the_known_url() {
    type Broken = fn(&mut std::net::TcpStream);
    let broken: [Broken; 3] = [
        |stream| respond(stream, "404 Not Found", "", ""),
        |stream| respond(stream, "200 OK", "", &document("https://elsewhere.test", "https://elsewhere.test")),
        |_| thread::park(),
    ];
    for answer in broken {
        let issuer = Issuer::start(move |number, path, stream| match (number, path) {
            (1, _) => {
                let url = format!("http://{}", stream.local_addr().unwrap());
                respond(stream, "200 OK", "", &document(&url, &format!("{url}/keys")));
            }
            (_, DOCUMENT) => answer(stream),
            _ => respond(stream, "200 OK", "", "{}"),
        });
        let options = HttpOptions::new().deadline(Duration::from_millis(600));
        let source = OidcSource::with_options(&issuer.url(""), options).unwrap();
        let fetch = || assert!(source.fetch().is_ok());
        fetch();
        // The first use of an event, by whichever test, decides who is asked about it.
        let lines = [(); 2].map(|()| logged(fetch));
        assert!(lines[0].len() <= 1 && lines[1].is_empty(), "{lines:?}");
        assert_eq!(paths(&issuer), [DOCUMENT, "/keys", DOCUMENT, "/keys", DOCUMENT, "/keys"]);
    }
}

#[test]
fn headers_are_sent_to_the_origin_of_the_issuer_only() {
    let keys = Issuer::answering("200 OK", "", "{}");
    let issuer = issuer(document("{url}", &keys.url("/keys")));
    let options = HttpOptions::new().header("x-api-key", "hunter2");
    OidcSource::with_options(&issuer.url(""), options).unwrap().fetch().unwrap();
    assert!(issuer.requests()[0].contains("x-api-key: hunter2"));
    assert!(!keys.requests()[0].contains("x-api-key"), "{:?}", keys.requests());
}

//! Rule 7 over HTTP: a proxy that is named.

use std::io::copy;
use std::net::TcpStream;
use std::thread;

use super::PATH;
use crate::support::{Issuer, respond};
use tasknook_auth::{ConfigError, HttpJwksSource, HttpOptions, OidcSource};

/// A proxy that connects to the target of `CONNECT` and passes bytes on.
fn proxy() -> Issuer {
    Issuer::start(|_, target, stream| {
        let Ok(mut there) = TcpStream::connect(target) else {
            return respond(stream, "502 Bad Gateway", "", "");
        };
        let _ = std::io::Write::write_all(stream, b"HTTP/1.1 200 OK\r\n\r\n");
        let (mut from, mut to) = (stream.try_clone().unwrap(), there.try_clone().unwrap());
        thread::spawn(move || copy(&mut from, &mut to));
        let _ = copy(&mut there, stream);
    })
}

#[test]
fn fetches_through_a_named_proxy() {
    let (issuer, proxy) = (Issuer::answering("200 OK", "", "{}"), proxy());
    let options = HttpOptions::new().proxy(proxy.url("")).allow_http(true);
    let source = HttpJwksSource::with_options(&issuer.url(PATH), options).unwrap();
    super::assert_fetches(&source, "{}");
    assert_eq!((issuer.requests().len(), proxy.requests().len()), (1, 1));
    assert!(proxy.requests()[0].starts_with("connect 127.0.0.1:"), "{:?}", proxy.requests());
}

/// The proxy would connect to itself, over the network.
#[test]
fn http_to_this_machine_is_not_allowed_through_a_proxy() {
    for (url, is_allowed) in [
        ("http://localhost:3000", false),
        ("http://127.0.0.1", false),
        ("http://[::1]", false),
        ("https://localhost:3000", true),
    ] {
        let options = HttpOptions::new().proxy("http://proxy.example.test:3128");
        let sources = [
            HttpJwksSource::with_options(url, options.clone()).err(),
            OidcSource::with_options(url, options).err(),
        ];
        for error in sources {
            assert_eq!(error.is_none(), is_allowed, "{url}");
            assert!(matches!(error, None | Some(ConfigError::InsecureUrl)), "{error:?}");
        }
    }
}

#[test]
fn a_proxy_has_an_http_url() {
    for url in ["", "proxy:3128", "socks5://proxy:1080", "ftp://proxy", "/proxy"] {
        let options = HttpOptions::new().proxy(url);
        let source = HttpJwksSource::with_options("https://auth.example.test/jwks", options);
        assert!(matches!(source, Err(ConfigError::OutOfRange { setting: "proxy", .. })), "{url}");
    }
}

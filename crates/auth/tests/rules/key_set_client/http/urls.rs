//! Rule 7 over HTTP: the accepted URLs of a key set.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use tasknook_auth::{ConfigError, FetchError, HttpJwksSource, HttpOptions, JwksSource};

fn allowing_http(url: &str) -> Result<HttpJwksSource, ConfigError> {
    HttpJwksSource::with_options(url, HttpOptions::new().allow_http(true))
}

#[test]
fn accepts_https_and_http_to_this_machine_or_when_allowed() {
    for (url, is_taken, is_taken_when_http_is_allowed) in [
        ("https://auth.example.test/api/auth/jwks", true, true),
        ("HTTPS://auth.example.test", true, true),
        ("http://localhost:3000/jwks", true, true),
        ("http://127.0.0.1/jwks", true, true),
        ("http://127.255.255.254:1/jwks", true, true),
        ("http://[::1]:3000/jwks", true, true),
        ("http://auth:3000/jwks", false, true),
        ("http://10.0.0.1/jwks", false, true),
        ("http://0.0.0.0/jwks", false, true),
        ("http://128.0.0.1/jwks", false, true),
        ("http://126.255.255.255/jwks", false, true),
        ("http://[::2]/jwks", false, true),
        ("http://localhost.evil.test/jwks", false, true),
        ("http://127.0.0.1.evil.test/jwks", false, true),
        ("http://127.0.0.1@evil.test/jwks", false, false),
    ] {
        assert_eq!(HttpJwksSource::new(url).is_ok(), is_taken, "{url}");
        assert_eq!(allowing_http(url).is_ok(), is_taken_when_http_is_allowed, "{url}");
    }
}

#[test]
fn rejects_every_other_scheme() {
    for scheme in ["file", "ftp", "data", "unix", "ws", "wss", "gopher", "javascript", "httpx", "blob"] {
        for url in [format!("{scheme}://localhost/jwks"), format!("{scheme}:/etc/jwks.json")] {
            let sources =
                [HttpJwksSource::new(&url), HttpJwksSource::for_better_auth(&url), allowing_http(&url)];
            for source in sources {
                assert!(matches!(source, Err(ConfigError::InvalidUrl { .. })), "{url}");
            }
        }
    }
    for url in
        ["", "/api/auth/jwks", "auth.example.test/jwks", "https://user:password@auth.example.test/jwks"]
    {
        assert!(matches!(allowing_http(url), Err(ConfigError::InvalidUrl { .. })), "{url}");
    }
}

#[test]
fn rejects_a_base_url_without_a_host() {
    for url in ["http:", "https:", "http://", "https://", "https:///"] {
        let source = HttpJwksSource::for_better_auth(url);
        assert!(matches!(source, Err(ConfigError::InvalidUrl { .. })), "{url}");
    }
}

#[test]
fn an_https_url_gets_no_plain_text() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/jwks", listener.local_addr().unwrap());
    let said_first = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"keys\":[]}");
        byte[0]
    });
    let answer = allowing_http(&url).unwrap().fetch();
    assert!(matches!(answer, Err(FetchError::Unreachable(_))), "{answer:?}");
    // A record of the type handshake (RFC 8446 §5.1).
    assert_eq!(said_first.join().unwrap(), 22);
}

//! Issues the tokens: HS256 under a secret that every subject has, `EdDSA` under a key that is fetched.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "a-secret-of-the-benchmark-that-is-long-enough";
/// Issuer and audience of the tokens under the key.
pub(crate) const ISSUER: &str = "https://auth.example";
const KEY_ID: &str = "bench";
const LIFETIME_SECONDS: u64 = 24 * 3600;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Hs256,
    EdDsa,
}

pub(crate) struct Issuer {
    key: Ed25519KeyPair,
    jwks_url: String,
}

impl Issuer {
    /// Makes a key and publishes it.
    pub(crate) fn start() -> Self {
        let key = Ed25519KeyPair::generate().unwrap();
        let x = URL_SAFE_NO_PAD.encode(key.public_key());
        let entry =
            json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": KEY_ID, "x": x});
        let keys = json!({ "keys": [entry] }).to_string();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let jwks_url = format!("http://{}/jwks", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client may close the connection before the response.
                let _ = publish(stream, &keys);
            }
        });
        Self { key, jwks_url }
    }

    pub(crate) fn jwks_url(&self) -> &str {
        &self.jwks_url
    }

    pub(crate) fn token(&self, algorithm: Algorithm, user: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let exp = now + LIFETIME_SECONDS;
        match algorithm {
            Algorithm::Hs256 => {
                let claims = json!({"sub": user, "iat": now, "exp": exp});
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                let sign = |text: &[u8]| hmac::sign(&key, text).as_ref().to_vec();
                signed(&json!({"alg": "HS256", "typ": "JWT"}), &claims, sign)
            }
            Algorithm::EdDsa => {
                let claims = json!({"sub": user, "iat": now, "exp": exp, "iss": ISSUER, "aud": ISSUER});
                let sign = |text: &[u8]| self.key.sign(text).as_ref().to_vec();
                signed(&json!({"alg": "EdDSA", "kid": KEY_ID}), &claims, sign)
            }
        }
    }
}

fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", encoded(header), encoded(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(input.as_bytes()));
    format!("{input}.{signature}")
}

fn publish(mut stream: TcpStream, keys: &str) -> std::io::Result<()> {
    let mut request: Vec<u8> = Vec::new();
    let mut some = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut some)?;
        request.extend(some.iter().take(count));
        if count == 0 {
            return Ok(());
        }
    }
    let length = keys.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{keys}"
    )
}

//! Makes tokens of arbitrary bytes. The first byte of an input selects how the rest becomes a token, so that inputs get
//! past the signature:
//!
//! | first byte | the rest | signed by |
//! |---|---|---|
//! | `H` | a header, over good claims | the secret |
//! | `P` | claims, under a good header | the secret |
//! | `B` | a header and, behind the first line feed, claims | the secret |
//! | `S` | a signature, under a good header and good claims | |
//! | `K` | a header, over good claims | the published Ed25519 key |
//! | any other | with it, the whole token | |

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::SECRET;
use super::oracle::decoded;

/// The private half of the Ed25519 key of RFC 8037 A.1.
const ED25519_SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

const HEADER: &[u8] = br#"{"alg":"HS256"}"#;

const CLAIMS: &[u8] = br#"{"sub":"user-a","iss":"https://auth.example.test","aud":"https://auth.example.test","iat":1800000000,"exp":1800000600}"#;

static SIGNING_KEY: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&decoded(ED25519_SEED).unwrap()).unwrap());

/// The token of an input; none when its bytes are no text.
pub(crate) fn token(input: &[u8]) -> Option<String> {
    let signature = |signed: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), signed.as_bytes());
    let by_secret = |header, payload| compact(header, payload, |signed| signature(signed).as_ref().to_vec());
    Some(match input {
        [b'H', header @ ..] => by_secret(header, CLAIMS),
        [b'P', payload @ ..] => by_secret(HEADER, payload),
        [b'B', both @ ..] => {
            let mut both = both.splitn(2, |byte| *byte == b'\n');
            by_secret(both.next().unwrap_or_default(), both.next().unwrap_or_default())
        }
        [b'S', signature @ ..] => compact(HEADER, CLAIMS, |_| signature.to_vec()),
        [b'K', header @ ..] => {
            compact(header, CLAIMS, |signed| SIGNING_KEY.sign(signed.as_bytes()).as_ref().to_vec())
        }
        _ => return String::from_utf8(input.to_vec()).ok(),
    })
}

fn compact(header: &[u8], payload: &[u8], sign: impl Fn(&str) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(sign(&signed));
    format!("{signed}.{signature}")
}

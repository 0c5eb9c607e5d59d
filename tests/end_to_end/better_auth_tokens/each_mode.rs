//! The same tests for each way in which Better Auth signs.

use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use auth::ClaimRules;
use tasknook_tests::{BetterAuth, Mode};

use super::{Issued, identity, rejection, with_keys_of, with_secret};

/// Defines the tests of a mode, which share one Better Auth.
macro_rules! in_each_mode {
    ($($name:ident: $mode:expr;)*) => { $(
        pub(super) mod $name {
            use super::{Issued, LazyLock, Mode};

            pub(in super::super) static ISSUED: LazyLock<Issued> = LazyLock::new(|| Issued::by($mode));

            #[test]
            fn api_token_has_its_user_and_issuer() {
                super::api_token_has_its_user_and_issuer(&ISSUED);
            }

            #[test]
            fn session_and_mail_tokens_are_rejected() {
                super::session_and_mail_tokens_are_rejected(&ISSUED);
            }

            #[test]
            fn changed_characters_are_detected() {
                super::changed_characters_are_detected(&ISSUED);
            }
        }
    )* };
}

in_each_mode! {
    by_default: Mode::Default;
    with_es256_keys: Mode::Keys("ES256");
    with_es512_keys: Mode::Keys("ES512");
    with_rs256_keys: Mode::Keys("RS256");
    with_ps256_keys: Mode::Keys("PS256");
    with_jwt_cookies: Mode::JwtCookies;
    with_the_shared_secret: Mode::SharedSecret;
    with_a_custom_plugin: Mode::CustomPlugin;
}

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

fn api_token_has_its_user_and_issuer(issued: &Issued) {
    let lifetime = if issued.better_auth.mode() == Mode::SharedSecret { 7 * DAY } else { 15 * MINUTE };
    let start = now();
    let token = issued.user.new_token();
    let issued_within: RangeInclusive<i64> = start..=now();

    let identity = identity(&*issued.documented_verifier(), &token);
    assert_eq!(identity.user_id(), issued.user.id);
    assert_eq!(identity.email(), Some(&*issued.user.email));
    assert_eq!(identity.name(), Some(&*issued.user.name));
    assert_eq!(identity.issuer(), Some(issued.url()));
    assert!(issued_within.contains(&(identity.expires_at_unix() - lifetime)), "{identity:?}");
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn session_and_mail_tokens_are_rejected(issued: &Issued) {
    let mode = issued.better_auth.mode();
    let documented = issued.documented_verifier();
    // The most permissive configuration: the secret of Better Auth's own tokens, for any issuer and audience.
    let careless = with_secret(BetterAuth::SECRET, ClaimRules::new());

    let session = &issued.user.session_token;
    assert_eq!(rejection(&*documented, session), "session_token");
    assert_eq!(rejection(&careless, session), "session_token");

    let mail = &issued.user.email_token;
    let by_documented = if mode.uses_secret() { "missing_claim iss" } else { "unsupported_algorithm" };
    assert_eq!(rejection(&*documented, mail), by_documented);
    assert_eq!(rejection(&careless, mail), "missing_claim sub");

    assert_eq!(issued.user.session_data.is_some(), mode.has_jwt_cookies());
    if let Some(cookie) = &issued.user.session_data {
        let (by_documented, by_careless) = match mode {
            Mode::JwtCookies => ("unsupported_type", "unsupported_type"),
            _ => ("missing_claim iss", "missing_claim sub"),
        };
        assert_eq!(rejection(&*documented, cookie), by_documented);
        assert_eq!(rejection(&careless, cookie), by_careless);
    }
}

#[test]
fn session_cookie_under_the_keys_is_always_rejected() {
    let issued = &*with_jwt_cookies::ISSUED;
    let careless = with_keys_of(issued.url(), ClaimRules::new());
    assert_eq!(identity(&careless, &issued.user.token).user_id(), issued.user.id);
    assert_eq!(rejection(&careless, issued.user.session_data.as_ref().unwrap()), "unsupported_type");
}

fn changed_characters_are_detected(issued: &Issued) {
    let verifier = issued.documented_verifier();
    let token = &issued.user.token;
    assert_eq!(identity(&*verifier, token).user_id(), issued.user.id);

    let header_ends = token.find('.').unwrap();
    for position in 0..token.len() {
        let reason = rejection(&*verifier, &changed(token, position));
        // A changed header may break any of its rules.
        let expected: &[&str] = match token.as_bytes()[position] {
            b'.' => &["not_three_parts"],
            _ if position > header_ends => &["invalid_signature", "invalid_base64"],
            _ => continue,
        };
        assert!(expected.contains(&&*reason), "position {position} of {token}: {reason}");
    }
}

/// The token with the lowest bit of one character flipped: in the last one of a part, a bit that lenient decoders skip.
fn changed(token: &str, position: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = token.as_bytes().to_vec();
    let value = ALPHABET.iter().position(|&known| known == bytes[position]);
    bytes[position] = value.map_or(b'A', |value| ALPHABET[value ^ 1]);
    String::from_utf8(bytes).unwrap()
}

//! The same sentences for each way in which Better Auth signs.

use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use auth::ClaimRules;
use tasknook_tests::{BetterAuth, Mode};

use super::{Issued, identity, refusal, with_keys_of, with_secret};

/// Makes the tests of a mode, which share one Better Auth.
macro_rules! in_each_mode {
    ($($name:ident: $mode:expr;)*) => { $(
        pub(super) mod $name {
            use super::{Issued, LazyLock, Mode};

            pub(in super::super) static ISSUED: LazyLock<Issued> = LazyLock::new(|| Issued::by($mode));

            #[test]
            fn a_token_for_the_api_names_its_user_and_its_issuer() {
                super::a_token_for_the_api_names_its_user_and_its_issuer(&ISSUED);
            }

            #[test]
            fn neither_the_session_nor_the_mail_is_a_token_for_the_api() {
                super::neither_the_session_nor_the_mail_is_a_token_for_the_api(&ISSUED);
            }

            #[test]
            fn a_character_changed_anywhere_is_noticed() {
                super::a_character_changed_anywhere_is_noticed(&ISSUED);
            }
        }
    )* };
}

in_each_mode! {
    as_it_ships: Mode::Shipped;
    with_es256_keys: Mode::Keys("ES256");
    with_es512_keys: Mode::Keys("ES512");
    with_rs256_keys: Mode::Keys("RS256");
    with_ps256_keys: Mode::Keys("PS256");
    with_cookies_under_the_keys: Mode::CookiesUnderTheKeys;
    with_the_shared_secret: Mode::SharedSecret;
    with_a_plugin_of_ones_own: Mode::OwnPlugin;
}

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

fn a_token_for_the_api_names_its_user_and_its_issuer(issued: &Issued) {
    let lifetime = if issued.better_auth.mode() == Mode::SharedSecret { 7 * DAY } else { 15 * MINUTE };
    let start = now();
    let token = issued.person.new_token();
    let issued_within: RangeInclusive<i64> = start..=now();

    let identity = identity(&*issued.documented_verifier(), &token);
    assert_eq!(identity.user_id(), issued.person.id);
    assert_eq!(identity.email(), Some(&*issued.person.email));
    assert_eq!(identity.name(), Some(&*issued.person.name));
    assert_eq!(identity.issuer(), Some(issued.url()));
    assert!(issued_within.contains(&(identity.expires_at_unix() - lifetime)), "{identity:?}");
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn neither_the_session_nor_the_mail_is_a_token_for_the_api(issued: &Issued) {
    let mode = issued.better_auth.mode();
    let documented = issued.documented_verifier();
    // The worst that can be configured: the secret of Better Auth's own tokens, for any issuer and audience.
    let careless = with_secret(BetterAuth::SECRET, ClaimRules::new());

    let session = &issued.person.session_token;
    assert_eq!(refusal(&*documented, session), "not_three_parts");
    assert_eq!(refusal(&careless, session), "not_three_parts");

    let mail = &issued.person.email_token;
    let by_documented =
        if mode.is_under_the_secret() { "missing_claim iss" } else { "unsupported_algorithm" };
    assert_eq!(refusal(&*documented, mail), by_documented);
    assert_eq!(refusal(&careless, mail), "missing_claim sub");

    assert_eq!(issued.person.session_data.is_some(), mode.makes_cookies_tokens());
    if let Some(cookie) = &issued.person.session_data {
        let (by_documented, by_careless) = match mode {
            Mode::CookiesUnderTheKeys => ("unsupported_type", "unsupported_type"),
            _ => ("missing_claim iss", "missing_claim sub"),
        };
        assert_eq!(refusal(&*documented, cookie), by_documented);
        assert_eq!(refusal(&careless, cookie), by_careless);
    }
}

#[test]
fn a_session_cookie_under_the_keys_is_no_token_whatever_the_rules() {
    let issued = &*with_cookies_under_the_keys::ISSUED;
    let careless = with_keys_of(issued.url(), ClaimRules::new());
    assert_eq!(identity(&careless, &issued.person.token).user_id(), issued.person.id);
    assert_eq!(refusal(&careless, issued.person.session_data.as_ref().unwrap()), "unsupported_type");
}

fn a_character_changed_anywhere_is_noticed(issued: &Issued) {
    let verifier = issued.documented_verifier();
    let token = &issued.person.token;
    assert_eq!(identity(&*verifier, token).user_id(), issued.person.id);

    let header_ends = token.find('.').unwrap();
    for position in 0..token.len() {
        let reason = refusal(&*verifier, &changed(token, position));
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

//! Checks of tokens: one is accepted if and only if the oracle finds a signature of a key and valid claims; and a
//! rejection does not show the token.

mod oracle;
mod templates;

use std::sync::{Arc, LazyLock};

use oracle::{TrustedKey, decoded};
use serde_json::{Value, json};
use tasknook_auth::{
    AnyVerifier, CacheOptions, Challenge, ClaimRules, Clock, Identity, Keys, Outcome, Secret,
    SharedSecretVerifier, TokenVerifier, VerifierOptions, VerifyError, bearer_token, verify_jws,
};

/// The time of the clock.
const NOW: i128 = 1_800_000_000;

const ORIGIN: &str = "https://auth.example.test";

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

/// The key of RFC 7515 A.1, so that its example is a token of ours too.
const RFC_SECRET: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// The public keys of RFC 7515 A.2 to A.4 and RFC 8037 A.2.
const PUBLISHED: &str = include_str!("../corpus/jwks/4_keys.rfc_examples");

/// The longest message of a rejection, in bytes: an excerpt of 64 characters, each escaped to ten, and the text around
/// it.
const MAX_MESSAGE: usize = 750;

/// The same keys as the crate has them and as the oracle has them.
struct Root {
    keys: Keys,
    trusted: Vec<TrustedKey>,
}

struct StoppedClock;

impl Clock for StoppedClock {
    fn unix_seconds(&self) -> i64 {
        i64::try_from(NOW).unwrap_or_default()
    }
}

static SECRETS: LazyLock<Root> = LazyLock::new(|| {
    let secrets = [SECRET.to_vec(), decoded(RFC_SECRET).unwrap()];
    Root {
        keys: Keys::from_secrets(&secrets.each_ref().map(Secret::new)).unwrap(),
        trusted: secrets.iter().map(|secret| TrustedKey::secret(secret)).collect(),
    }
});

/// A set of all the published keys, and one of each alone, where a token need not name it.
static SETS: LazyLock<Vec<Root>> = LazyLock::new(|| {
    let published: Value = serde_json::from_str(PUBLISHED).unwrap();
    let all = published["keys"].as_array().unwrap();
    let sets = [all.as_slice()].into_iter().chain(all.iter().map(std::slice::from_ref));
    let root = |set: &[Value]| Root {
        keys: Keys::from_jwks(json!({ "keys": set }).to_string().as_bytes()).unwrap(),
        trusted: set.iter().map(TrustedKey::published).collect(),
    };
    sets.map(root).collect()
});

static VERIFIER: LazyLock<AnyVerifier> = LazyLock::new(|| {
    let options = VerifierOptions::new().clock(Arc::new(StoppedClock)).cache(CacheOptions::off());
    let rules = ClaimRules::for_better_auth(ORIGIN).unwrap();
    let shared = SharedSecretVerifier::with_options(vec![Secret::new(SECRET)], rules, options).unwrap();
    AnyVerifier::new(Some(shared), None).unwrap()
});

/// Panics when a check fails. Returns the verdict: `accepted` for a user's token, `signed` for one that only
/// the lower layer accepts, under a published key, and otherwise the reason of the rejection.
pub(crate) fn check(input: &[u8]) -> &'static str {
    let Some(token) = templates::token(input) else { return "not_text" };
    // A token under the secret is tried with all the published keys at once, for the sake of speed.
    let is_under_secret = matches!(input.first(), Some(b'H' | b'P' | b'B'));
    let sets = SETS.iter().take(if is_under_secret { 1 } else { SETS.len() });
    let is_published = sets.filter(|root| check_signature(&token, root)).count() > 0;
    check_signature(&token, &SECRETS);
    let verdict = pollster::block_on(VERIFIER.verify(&token));
    check_verdict(&token, &verdict);
    let report = check_report(&token, &verdict);
    let signature = token.rsplit('.').next().unwrap_or_default();
    assert!(!is_under_secret || !report.contains(signature), "shows the signature: {report}");
    match verdict {
        Ok(_) => "accepted",
        Err(_) if is_published => "signed",
        Err(rejection) => rejection.reason(),
    }
}

/// The lower layer and the oracle agree; but the oracle does not detect duplicate names in the header.
fn check_signature(token: &str, root: &Root) -> bool {
    let expected = oracle::signed_payload(token, &root.trusted);
    match verify_jws(token, &root.keys) {
        Ok(payload) => {
            assert_eq!(Some(payload), expected, "accepted, and not as it was signed");
            let header = format!("Bearer {token}");
            assert_eq!(bearer_token([header.as_bytes()].into_iter()), Ok(token));
            true
        }
        Err(rejection) => {
            check_message(token, &rejection);
            assert!(expected.is_none() || rejection.reason() == "invalid_json", "rejected: {rejection}");
            false
        }
    }
}

/// The verifier and the oracle agree; but the oracle does not detect duplicate names.
fn check_verdict(token: &str, verdict: &Result<Identity, VerifyError>) {
    let signed = oracle::signed_payload(token, &SECRETS.trusted[..1]);
    let claims = signed.as_deref().and_then(oracle::object);
    let are_good = claims.as_ref().map_or(Some(false), oracle::are_good);
    match verdict {
        Ok(identity) => {
            assert_ne!(are_good, Some(false), "accepted");
            assert_eq!(Some(identity.payload()), signed.as_deref());
            assert_eq!(Some(identity.user_id()), claims.as_ref().and_then(|claims| claims["sub"].as_str()));
            assert_eq!(identity.claims::<oracle::Object>().ok(), claims);
            let grants = (identity.scopes().to_vec(), identity.roles().to_vec());
            assert_eq!(Some(grants), claims.as_ref().map(oracle::grants));
        }
        Err(rejection) => {
            check_message(token, rejection);
            let is_judged_too = matches!(rejection.reason(), "invalid_json" | "too_long");
            assert!(are_good != Some(true) || is_judged_too, "rejected: {rejection}");
        }
    }
}

/// The first rule that fails is the verdict's, and the rest is one printable line a rule.
fn check_report(token: &str, verdict: &Result<Identity, VerifyError>) -> String {
    let report = pollster::block_on(VERIFIER.explain(token));
    let first = report.findings().iter().find_map(|finding| match finding.outcome() {
        Outcome::Failed(rejection) => Some(rejection),
        _ => None,
    });
    assert_eq!(first, verdict.as_ref().err(), "{report}");
    assert_eq!(report.verdict(), verdict.as_ref(), "{report}");
    let report = report.to_string();
    assert_eq!(report.lines().count(), 13, "{report:?}");
    assert!(report.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "{report:?}");
    report
}

/// Short, printable, and not what was presented.
fn check_message(token: &str, rejection: &VerifyError) {
    for message in [rejection.to_string(), Challenge::from(rejection).to_string()] {
        assert!(message.len() <= MAX_MESSAGE, "{} bytes: {message}", message.len());
        assert!(message.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{message:?}");
        assert_ne!(message, token);
    }
}

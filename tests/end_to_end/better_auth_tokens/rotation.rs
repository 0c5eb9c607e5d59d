//! Key rotation by Better Auth: it publishes a new key with the first token under it, and removes an old one
//! after a grace period.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth::{FetchError, FetchedKeys, HttpJwksSource, JwksOptions, JwksSource, JwksVerifier, TokenVerifier};
use tasknook_tests::{Mode, eventually};

use super::{Issued, documented_rules, identity, rejection};

const LIMIT: Duration = Duration::from_secs(30);
const HOUR_SECONDS: u32 = 3600;

/// Counts its fetches.
struct CountedSource {
    keys: HttpJwksSource,
    fetches: AtomicUsize,
}

impl CountedSource {
    fn of(url: &str) -> Arc<Self> {
        let keys = HttpJwksSource::for_better_auth(url).unwrap();
        Arc::new(Self { keys, fetches: AtomicUsize::new(0) })
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

impl JwksSource for CountedSource {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        self.keys.fetch()
    }
}

/// Whether two tokens are under the same key: only the key id differs in their headers.
fn is_under_the_same_key(one: &str, another: &str) -> bool {
    one.split('.').next() == another.split('.').next()
}

#[test]
fn new_key_costs_one_fetch_and_the_old_one_stays_valid() {
    let issued = Issued::by(Mode::Rotating { grace_seconds: HOUR_SECONDS });
    let (id, old) = (&*issued.user.id, &*issued.user.token);
    let source = CountedSource::of(issued.url());
    let rules = documented_rules(issued.url());
    let verifier = JwksVerifier::new(source.clone(), JwksOptions::default(), rules).unwrap();
    assert_eq!((identity(&verifier, old).user_id(), source.fetches()), (id, 1));

    let under_another = || Some(issued.user.new_token()).filter(|new| !is_under_the_same_key(old, new));
    let new = eventually(LIMIT, under_another).unwrap();
    assert_eq!((identity(&verifier, &new).user_id(), source.fetches()), (id, 2));
    for token in [old, &new] {
        assert_eq!(identity(&verifier, token).user_id(), id);
        assert_eq!(identity(&*issued.documented_verifier(), token).user_id(), id);
    }
    assert_eq!(source.fetches(), 2, "both keys are cached by now");
}

#[test]
fn revoked_key_is_rejected() {
    let issued = Issued::by(Mode::Rotating { grace_seconds: 0 });
    let source = CountedSource::of(issued.url());
    let cooldown = Duration::from_millis(1);
    let options = JwksOptions::new().cooldown(cooldown);
    let verifier = JwksVerifier::new(source, options, documented_rules(issued.url())).unwrap();
    let is_accepted = |token: &str| pollster::block_on(verifier.verify(token)).is_ok();

    // A key lives for a second, and a machine may be slow: a token that is too late is tried again.
    let in_time = || Some(issued.user.new_token()).filter(|token| is_accepted(token));
    let old = eventually(LIMIT, in_time).unwrap();
    let replaced = || (is_accepted(&issued.user.new_token()) && !is_accepted(&old)).then_some(());
    eventually(LIMIT, replaced).unwrap();
    assert_eq!(rejection(&verifier, &old), "unknown_key");
}

//! Rule 8: a verified token is cached by a digest of the whole token, until it expires, its key leaves the set, or the
//! maximum age is reached, whichever comes first. A cached token is still checked against the clock.

mod keys;
mod time;
mod whole_tokens;

use std::sync::Arc;
use std::time::Duration;

use crate::support::{ManualClock, NOW, Recorder, SECRET, ScriptedSource, rules, verdict};
use tasknook_auth::{
    CacheOptions, ClaimRules, JwksOptions, JwksVerifier, SharedSecretVerifier, TokenVerifier, VerifierOptions,
};

/// A verifier with its clock and a recorder of its events.
struct Observed<V> {
    verifier: V,
    clock: Arc<ManualClock>,
    recorder: Arc<Recorder>,
}

impl<V: TokenVerifier> Observed<V> {
    /// Verifies a token, and returns the event that the observer received.
    fn verify(&self, token: &str) -> String {
        self.recorder.events();
        verdict(&self.verifier, token);
        self.recorder
            .events()
            .into_iter()
            .find(|line| line.starts_with("verified") || line.starts_with("rejected"))
            .unwrap()
    }
}

fn options(cache: CacheOptions) -> (Arc<ManualClock>, Arc<Recorder>, VerifierOptions) {
    let (clock, recorder) = (ManualClock::at(NOW), Recorder::new());
    let options = VerifierOptions::new().clock(Arc::clone(&clock) as _).cache(cache);
    (clock, Arc::clone(&recorder), options.observer(recorder))
}

fn shared_secret(rules: ClaimRules, cache: CacheOptions) -> Observed<SharedSecretVerifier> {
    let (clock, recorder, options) = options(cache);
    let verifier = SharedSecretVerifier::with_options(vec![SECRET.into()], rules, options).unwrap();
    Observed { verifier, clock, recorder }
}

fn published(source: &Arc<ScriptedSource>) -> Observed<JwksVerifier> {
    let (clock, recorder, options) = options(CacheOptions::default());
    let hour = Duration::from_secs(3600);
    let timing = JwksOptions::new().retry(hour, hour);
    let verifier = JwksVerifier::with_options(Arc::clone(source) as _, timing, rules(), options).unwrap();
    Observed { verifier, clock, recorder }
}

//! Rule 8: a verified token is remembered by a digest of the whole of it, until it expires, its key leaves
//! the set, or some minutes have gone by, whichever comes first; and what is remembered is still checked
//! against the clock.

mod keys;
mod time;
mod whole_tokens;

use std::sync::Arc;
use std::time::Duration;

use crate::support::{ManualClock, NOW, Recorder, SECRET, ScriptedSource, rules, verdict};
use tasknook_auth::{
    CacheOptions, ClaimRules, JwksOptions, JwksVerifier, SharedSecretVerifier, TokenVerifier, VerifierOptions,
};

/// A verifier, its clock, and what it was observed to do.
struct Watched<V> {
    verifier: V,
    clock: Arc<ManualClock>,
    recorder: Arc<Recorder>,
}

impl<V: TokenVerifier> Watched<V> {
    /// Presents a token, and gives what the observer was told of it.
    fn present(&self, token: &str) -> String {
        self.recorder.events();
        verdict(&self.verifier, token);
        let told = self.recorder.events();
        told.into_iter().find(|line| line.starts_with("verified") || line.starts_with("rejected")).unwrap()
    }
}

fn options(memory: CacheOptions) -> (Arc<ManualClock>, Arc<Recorder>, VerifierOptions) {
    let (clock, recorder) = (ManualClock::at(NOW), Recorder::new());
    let options = VerifierOptions::new().clock(Arc::clone(&clock) as _).cache(memory);
    (clock, Arc::clone(&recorder), options.observer(recorder))
}

fn shared_secret(rules: ClaimRules, memory: CacheOptions) -> Watched<SharedSecretVerifier> {
    let (clock, recorder, options) = options(memory);
    let verifier = SharedSecretVerifier::with_options(vec![SECRET.into()], rules, options).unwrap();
    Watched { verifier, clock, recorder }
}

fn published(source: &Arc<ScriptedSource>) -> Watched<JwksVerifier> {
    let (clock, recorder, options) = options(CacheOptions::default());
    let hour = Duration::from_hours(1);
    let timing = JwksOptions::new().retry(hour, hour);
    let verifier = JwksVerifier::with_options(Arc::clone(source) as _, timing, rules(), options).unwrap();
    Watched { verifier, clock, recorder }
}

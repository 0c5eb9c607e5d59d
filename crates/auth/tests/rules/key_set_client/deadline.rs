//! Rule 7: a fetch that does not return holds no request.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::{milliseconds, seconds};
use crate::support::{
    ManualClock, NOW, Recorder, ScriptedSource, SigningKey, TIMEOUT, await_condition, claims, jwks, jwks_on,
    options_on, rules, verdict,
};
use tasknook_auth::{FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier};

/// Sources that only fetch.
struct Plain;

impl JwksSource for Plain {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        Err(FetchError::Timeout)
    }
}

#[test]
fn the_default_deadline_is_15_seconds() {
    assert_eq!(Plain.deadline(), seconds(15));
}

#[cfg(feature = "jwks")]
#[test]
fn sources_over_http_have_a_second_more_than_their_requests() {
    use crate::support::{Issuer, key_set, respond};
    use serde_json::json;
    use tasknook_auth::{HttpJwksSource, HttpOptions, OidcSource};

    let issuer = Issuer::start(|number, _, stream| {
        let url = format!("http://{}", stream.local_addr().unwrap());
        let document = json!({ "issuer": url, "jwks_uri": format!("{url}/keys") });
        respond(stream, "200 OK", "", &if number == 2 { document.to_string() } else { key_set(&[]) });
    });
    let options = || HttpOptions::new().deadline(seconds(5)).first_deadline(seconds(20));
    let sources: [Box<dyn JwksSource>; 2] = [
        Box::new(HttpJwksSource::with_options(&issuer.url("/keys"), options()).unwrap()),
        Box::new(OidcSource::with_options(&issuer.url(""), options()).unwrap()),
    ];
    for source in sources {
        assert_eq!(source.deadline(), seconds(21));
        source.fetch().unwrap();
        assert_eq!(source.deadline(), seconds(6));
    }
}

#[test]
fn requests_are_released_when_a_fetch_outlives_its_deadline() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    let (old_token, new_token) = (old.token("old", &claims()), new.token("new", &claims()));
    await_condition(|| verifier.is_ready());

    source.set_deadline(milliseconds(50));
    source.set_keys(&[new.jwk("new")]);
    source.block(true);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(verdict(&verifier, &new_token), "unchecked_key"));
        }
    });
    assert_eq!(verdict(&verifier, &old_token), "accepted");
    assert_eq!(source.fetches(), 2);

    // What the fetch returns too late is not used.
    source.block(false);
    source.await_ends(2);
    assert_eq!(verdict(&verifier, &new_token), "unchecked_key");
    clock.advance_monotonic(seconds(10));
    source.set_deadline(seconds(20));
    assert_eq!(verdict(&verifier, &new_token), "accepted");
    assert_eq!(source.fetches(), 3);
}

#[test]
fn a_first_fetch_that_never_returns_makes_tokens_unavailable() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    source.set_deadline(milliseconds(50));
    source.block(true);
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "keys_unavailable");
    assert!(!verifier.is_ready());
    source.block(false);
}

/// Sources whose `location` blocks, although it must not, until the sender is dropped.
struct WithoutLocation(Mutex<Receiver<()>>);

impl JwksSource for WithoutLocation {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        Err(FetchError::Unreachable("connection refused".into()))
    }

    fn deadline(&self) -> Duration {
        milliseconds(50)
    }

    fn location(&self) -> Option<String> {
        let _ = self.0.lock().unwrap().recv_timeout(TIMEOUT);
        None
    }
}

#[test]
fn a_location_that_blocks_holds_no_request() {
    let (release, blocked) = channel();
    let recorder = Recorder::new();
    let options = options_on(ManualClock::at(NOW)).observer(Arc::clone(&recorder) as _);
    let source = Arc::new(WithoutLocation(Mutex::new(blocked)));
    let verifier = JwksVerifier::with_options(source, JwksOptions::new(), rules(), options).unwrap();
    let start = Instant::now();
    assert_eq!(verdict(&verifier, &SigningKey::ed25519().token("ed1", &claims())), "keys_unavailable");
    assert!(start.elapsed() < TIMEOUT);
    assert_eq!(recorder.events()[0], "failed timeout");
    drop(release);
}

#[test]
fn four_fetches_that_do_not_return_prevent_further_ones() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let (clock, recorder) = (ManualClock::at(NOW), Recorder::new());
    let hour = seconds(3600);
    let options = options_on(Arc::clone(&clock)).observer(Arc::clone(&recorder) as _);
    let timing = JwksOptions::new().retry(hour, hour);
    let verifier = JwksVerifier::with_options(Arc::clone(&source) as _, timing, rules(), options).unwrap();
    await_condition(|| verifier.is_ready());

    source.set_deadline(milliseconds(10));
    source.block(true);
    let new = SigningKey::ed25519();
    let token = new.token("new", &claims());
    let look_up = || {
        clock.advance_monotonic(seconds(10));
        verdict(&verifier, &token)
    };
    for fetches in [2, 3, 4, 5, 5, 5] {
        assert_eq!(look_up(), "unchecked_key");
        // The deadline may pass before the thread of a fetch has begun.
        await_condition(|| source.fetches() >= fetches);
        assert_eq!(source.fetches(), fetches);
    }
    let failures: Vec<_> =
        recorder.events().into_iter().filter(|event| event.starts_with("failed")).collect();
    let expected = [["failed timeout"; 4].as_slice(), &["failed stuck"; 2]].concat();
    assert_eq!(failures, expected);

    source.set_deadline(seconds(20));
    source.set_keys(&[new.jwk("new")]);
    source.block(false);
    // A thread ends a moment after its fetch.
    await_condition(|| look_up() == "accepted");
}

//! Rule 7: the default times and their limits.

use std::sync::Arc;
use std::time::Duration;

use super::{milliseconds, seconds};
use crate::support::{FixedCalendar, ScriptedSource, SigningKey, key_set, options_on, rules};
use tasknook_auth::{ConfigError, FetchedKeys, JwksOptions, JwksVerifier};

/// The setting that is rejected; none when the verifier starts.
fn rejected(timing: JwksOptions) -> Option<&'static str> {
    let options = options_on(Arc::new(FixedCalendar));
    match JwksVerifier::with_options(ScriptedSource::down(), timing, rules(), options) {
        Ok(_) => None,
        Err(ConfigError::OutOfRange { setting, .. }) => Some(setting),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn default_timing_is_that_of_the_documentation() {
    let expected = JwksOptions::new().max_age(seconds(300)).cooldown(seconds(10)).fetch_burst(3);
    assert_eq!(JwksOptions::default(), expected.stale(seconds(86_400)).retry(milliseconds(500), seconds(10)));
}

/// Without it the second fetch would be due after more than three minutes.
#[test]
fn a_set_that_states_its_age_is_fetched_when_that_has_passed() {
    let source = ScriptedSource::down();
    let body = key_set(&[SigningKey::ed25519().jwk("ed1")]);
    source.set(move || Ok(FetchedKeys::new(body.clone()).with_max_age(milliseconds(5))));
    let timing = JwksOptions::new().cooldown(milliseconds(1));
    let options = options_on(Arc::new(FixedCalendar));
    let _verifier = JwksVerifier::with_options(Arc::clone(&source) as _, timing, rules(), options).unwrap();
    source.await_fetches(3);
}

#[test]
fn each_time_has_a_least_and_a_most() {
    type Set = fn(JwksOptions, Duration) -> JwksOptions;
    let ok = JwksOptions::new().stale(seconds(30 * 86_400));
    let (least, most, day) = (milliseconds(1), seconds(3600), seconds(86_400));
    let cases: [(&str, Set, Duration, Duration); 5] = [
        ("max_age", JwksOptions::max_age, least, day),
        ("cooldown", JwksOptions::cooldown, least, most),
        ("stale", JwksOptions::stale, seconds(300), day * 30),
        ("first_retry", |options, value| options.retry(value, seconds(3600)), least, most),
        ("last_retry", |options, value| options.retry(milliseconds(500), value), milliseconds(500), most),
    ];
    for (name, set, least, most) in cases {
        let with = |value| rejected(set(ok, value));
        let tick = Duration::from_nanos(1);
        assert_eq!((with(least), with(most)), (None, None), "{name}");
        assert_eq!((with(least.saturating_sub(tick)), with(most + tick)), (Some(name), Some(name)));
    }
}

#[test]
fn the_burst_of_fetches_is_from_1_to_20() {
    let with = |fetches| rejected(JwksOptions::new().fetch_burst(fetches));
    assert_eq!([0, 1, 20, 21].map(with), [Some("fetch_burst"), None, None, Some("fetch_burst")]);
}

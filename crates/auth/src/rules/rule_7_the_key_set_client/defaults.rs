//! Rule 7: the times that hold unless they are configured, and how far they can be.

use std::sync::Arc;
use std::time::Duration;

use super::{milliseconds, seconds};
use crate::testing::{ScriptedSource, TestCalendar, options_on, rules};
use crate::{ConfigError, JwksOptions, JwksVerifier};

/// The setting that is refused; none when the verifier starts.
fn refused(timing: JwksOptions) -> Option<&'static str> {
    let options = options_on(Arc::new(TestCalendar));
    match JwksVerifier::with_options(ScriptedSource::down(), timing, rules(), options) {
        Ok(_) => None,
        Err(ConfigError::OutOfRange { setting, .. }) => Some(setting),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_set_is_old_after_five_minutes_and_stale_after_a_day_and_names_are_asked_for_every_thirty_seconds() {
    let JwksOptions { max_age, cooldown, stale, first_retry, last_retry } = JwksOptions::default();
    assert_eq!((max_age, cooldown, stale), (seconds(300), seconds(30), seconds(86_400)));
    assert_eq!((first_retry, last_retry), (milliseconds(500), seconds(10)));
}

#[test]
fn each_time_has_a_least_and_a_most() {
    type Set = fn(&mut JwksOptions, Duration);
    let ok = JwksOptions { stale: seconds(30 * 86_400), ..JwksOptions::default() };
    let short = JwksOptions { first_retry: milliseconds(1), last_retry: seconds(3600), ..ok };
    let (least, most, day) = (milliseconds(1), seconds(3600), seconds(86_400));
    let cases: [(&str, JwksOptions, Set, Duration, Duration); 5] = [
        ("max_age", ok, |options, value| options.max_age = value, least, day),
        ("cooldown", ok, |options, value| options.cooldown = value, least, most),
        ("stale", ok, |options, value| options.stale = value, seconds(300), day * 30),
        ("first_retry", short, |options, value| options.first_retry = value, least, most),
        ("last_retry", ok, |options, value| options.last_retry = value, milliseconds(500), most),
    ];
    for (name, ok, set, least, most) in cases {
        let with = |value| {
            let mut options = ok;
            set(&mut options, value);
            refused(options)
        };
        let tick = Duration::from_nanos(1);
        assert_eq!((with(least), with(most)), (None, None), "{name}");
        assert_eq!((with(least.saturating_sub(tick)), with(most + tick)), (Some(name), Some(name)));
    }
}

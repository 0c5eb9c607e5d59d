//! Rule 7: the key set is fetched from a URL of its own, in the background, before it is old, and once a
//! cooldown for names of keys that nobody has heard of. An issuer that is slow, down or wrong costs no
//! request a wait, and the last good set stays up to a bound; past it tokens are unavailable and not invalid.

mod entries;
#[cfg(feature = "jwks")]
mod http;
mod outage;
mod refresh;
mod timing;
mod unknown_keys;

use std::time::Duration;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const fn a_millisecond_before(moment: Duration) -> Duration {
    moment.saturating_sub(milliseconds(1))
}

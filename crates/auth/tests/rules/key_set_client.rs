//! Rule 7: the key set is fetched from its own URL, in the background, before it is too old, and for unknown keys, up
//! to a limit. No request waits for an issuer that is slow, down or wrong, and the last good set is used until it is
//! stale; from then on tokens are unavailable, not invalid.

mod deadline;
mod disk;
mod entries;
#[cfg(feature = "jwks")]
mod http;
mod outage;
mod private_keys;
mod refresh;
mod sleep;
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

//! Polling for a condition without an event.

use std::thread;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(10);

/// Polls until `ask` returns a value; `None` after the limit.
pub fn eventually<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = ask() {
            return Some(value);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eventually_polls_until_a_value_or_the_limit() {
        let mut rounds = 0;
        let value = eventually(Duration::from_secs(5), || {
            rounds += 1;
            (rounds == 3).then_some("yes")
        });
        assert_eq!((value, rounds), (Some("yes"), 3));
        assert_eq!(eventually(Duration::ZERO, || None::<()>), None);
    }
}

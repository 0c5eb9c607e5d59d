//! Waiting for a condition that nothing announces.

use std::thread;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(10);

/// Asks until there is an answer; `None` when the time is up.
pub fn eventually<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
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
    fn asks_again_until_it_is_answered_or_the_time_is_up() {
        let mut rounds = 0;
        let answered = eventually(Duration::from_secs(5), || {
            rounds += 1;
            (rounds == 3).then_some("yes")
        });
        assert_eq!((answered, rounds), (Some("yes"), 3));
        assert_eq!(eventually(Duration::ZERO, || None::<()>), None);
    }
}

//! Polling for a condition without an event.

use std::sync::atomic::{AtomicBool, Ordering};
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

/// Sets the flag that ends threads when it is dropped, so that a failed assertion beside them ends the test.
pub struct SetOnDrop<'a>(pub &'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
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

    #[test]
    fn a_panic_ends_the_threads_of_a_scope() {
        let (over, seen) = (AtomicBool::new(false), AtomicBool::new(false));
        let failed = std::panic::catch_unwind(|| {
            thread::scope(|scope| {
                let _over = SetOnDrop(&over);
                scope.spawn(|| {
                    let flag = || over.load(Ordering::SeqCst).then_some(());
                    seen.store(eventually(Duration::from_mins(1), flag).is_some(), Ordering::SeqCst);
                });
                std::panic::resume_unwind(Box::new("an assertion"));
            });
        });
        assert!(failed.is_err() && seen.load(Ordering::SeqCst));
    }
}

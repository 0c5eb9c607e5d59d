//! How long a response may take to be written.

use std::time::Duration;

use tokio::time::Instant;

/// Bytes per second that a client must read on average, after the first timeout: what a GPRS phone does. It ends clients
/// that read just enough to count as alive.
const MIN_BYTES_PER_SECOND: f64 = 4096.0;

/// The progress of a response since the client first kept it waiting.
#[derive(Debug, Clone, Copy)]
pub(super) struct WriteProgress {
    blocked_since: Instant,
    last_progress: Instant,
    bytes: usize,
}

impl WriteProgress {
    /// The client keeps the response waiting from now on.
    pub(super) fn blocked(now: Instant) -> Self {
        Self { blocked_since: now, last_progress: now, bytes: 0 }
    }

    /// The client has taken some bytes.
    pub(super) fn progressed(&mut self, bytes: usize, now: Instant) {
        self.bytes += bytes;
        self.last_progress = now;
    }

    /// When the connection ends unless there is more progress.
    pub(super) fn deadline(&self, timeout: Duration) -> Instant {
        #[expect(clippy::cast_precision_loss, reason = "responses have less than 2^52 bytes")]
        let earned = Duration::from_secs_f64(self.bytes as f64 / MIN_BYTES_PER_SECOND);
        (self.last_progress + timeout).min(self.blocked_since + timeout + earned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(30);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_client_that_reads_nothing_ends_after_the_timeout() {
        let start = Instant::now();
        assert_eq!(WriteProgress::blocked(start).deadline(TIMEOUT), start + TIMEOUT);
    }

    #[test]
    fn progress_extends_the_deadline() {
        let start = Instant::now();
        let mut progress = WriteProgress::blocked(start);
        progress.progressed(1 << 20, start + seconds(20));
        assert_eq!(progress.deadline(TIMEOUT), start + seconds(50));
    }

    #[test]
    fn a_trickle_ends_when_it_is_below_the_minimum_rate() {
        let start = Instant::now();
        let mut progress = WriteProgress::blocked(start);
        for second in 1..=31 {
            progress.progressed(100, start + seconds(second));
        }
        assert!(progress.deadline(TIMEOUT) < start + seconds(31));
    }
}

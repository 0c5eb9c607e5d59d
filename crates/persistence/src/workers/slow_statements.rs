//! The log of slow statements: their shape, without SQL, values or owners.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::Span;

use super::call::PendingCall;
use crate::options::WorkKind;

/// An overloaded database makes every statement slow, so one per kind and this time is logged; the others are counted.
const PAUSE: Duration = Duration::from_secs(1);

/// How the statements of a group have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementResult {
    /// With this number of rows, if they are known.
    Completed { rows: Option<usize> },
    /// With an error of the database.
    Failed,
    /// The driver did not return in time, and the worker was replaced.
    NoResponse,
}

impl StatementResult {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Completed { .. } => "completed",
            Self::Failed => "failed",
            Self::NoResponse => "no_response",
        }
    }

    const fn rows(self) -> Option<usize> {
        if let Self::Completed { rows } = self { rows } else { None }
    }
}

/// Logs slow statements.
pub(crate) struct SlowStatements {
    /// Zero turns the log off.
    threshold: Duration,
    kinds: [Mutex<KindState>; WorkKind::ALL.len()],
}

#[derive(Default)]
struct KindState {
    logged: Option<Instant>,
    suppressed: u64,
}

impl SlowStatements {
    pub(crate) fn new(threshold: Duration) -> Self {
        Self { threshold, kinds: WorkKind::ALL.map(|_| Mutex::default()) }
    }

    /// Logs the statements of a group if they took too long: an event in the span of each call, so that every request
    /// finds it.
    pub(super) fn record<A>(
        &self,
        kind: WorkKind,
        calls: &[PendingCall<A>],
        elapsed: Duration,
        result: StatementResult,
    ) {
        if self.threshold.is_zero() || elapsed < self.threshold {
            return;
        }
        let Some(suppressed) = self.turn(kind, Instant::now()) else { return };
        let mut spans: Vec<Span> =
            calls.iter().map(PendingCall::span).filter(|span| !span.is_none()).collect();
        if spans.is_empty() {
            spans.push(Span::current());
        }
        let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        for span in spans {
            tracing::warn!(
                parent: &span,
                kind = kind.as_str(),
                calls = calls.len(),
                rows = result.rows(),
                result = result.as_str(),
                duration_ms,
                suppressed,
                "slow statement"
            );
        }
    }

    /// The number of statements that were not logged since the last one; `None` if this one is not logged either.
    fn turn(&self, kind: WorkKind, now: Instant) -> Option<u64> {
        let mut state = self.kinds.get(kind as usize)?.lock();
        if state.logged.is_some_and(|logged| now.saturating_duration_since(logged) < PAUSE) {
            state.suppressed += 1;
            return None;
        }
        state.logged = Some(now);
        Some(std::mem::take(&mut state.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_statements_are_logged_once_per_pause_and_kind() {
        let slow = SlowStatements::new(Duration::from_millis(500));
        let begin = Instant::now();
        assert_eq!(slow.turn(WorkKind::Write, begin), Some(0));
        assert_eq!(slow.turn(WorkKind::Write, begin), None);
        assert_eq!(slow.turn(WorkKind::Write, begin + PAUSE / 2), None);
        assert_eq!(slow.turn(WorkKind::Get, begin), Some(0));
        assert_eq!(slow.turn(WorkKind::Write, begin + PAUSE), Some(2));
        assert_eq!(slow.turn(WorkKind::Write, begin + PAUSE), None);
    }
}

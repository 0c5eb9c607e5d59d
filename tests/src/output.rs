//! The output of a program, line by line, while it runs.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

/// The lines of one output stream, kept as they come.
#[derive(Clone, Default)]
pub struct Output {
    shared: Arc<(Mutex<State>, Condvar)>,
}

/// No line matched.
#[derive(Debug)]
pub enum WaitError {
    /// The stream ended: the program closed it, or ended itself.
    Ended,
    /// The time was up.
    TimedOut,
}

impl Output {
    /// Reads the stream to its end on a thread of its own.
    pub fn of(stream: impl Read + Send + 'static) -> Self {
        let output = Self::default();
        let writer = output.clone();
        thread::spawn(move || writer.read(BufReader::new(stream)));
        output
    }

    fn read(&self, mut stream: impl BufRead) {
        let (state, news) = &*self.shared;
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            state.lock().unwrap_or_else(PoisonError::into_inner).lines.push(text);
            news.notify_all();
            line.clear();
        }
        state.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
        news.notify_all();
    }

    /// Waits for the first line, past or future, for which `find` returns a value.
    pub fn wait_for<T>(&self, limit: Duration, find: impl Fn(&str) -> Option<T>) -> Result<T, WaitError> {
        let deadline = Instant::now() + limit;
        let (state, news) = &*self.shared;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = 0;
        loop {
            if let Some(found) = state.lines.iter().skip(seen).find_map(|line| find(line)) {
                return Ok(found);
            }
            seen = state.lines.len();
            if state.ended {
                return Err(WaitError::Ended);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(WaitError::TimedOut);
            }
            state = news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether the stream ended within the limit.
    #[must_use]
    pub fn ends_within(&self, limit: Duration) -> bool {
        matches!(self.wait_for(limit, |_| None::<()>), Err(WaitError::Ended))
    }

    /// Everything so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).lines.join("\n")
    }
}

impl fmt::Display for Output {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_distinguishes_a_line_an_end_and_a_timeout() {
        let output = Output::of("one\r\ntwo\n\u{fffd}three".as_bytes());
        let three =
            output.wait_for(Duration::from_secs(5), |line| line.strip_prefix('\u{fffd}').map(str::len));
        assert!(matches!(three, Ok(5)));
        assert!(output.ends_within(Duration::from_secs(5)));
        assert_eq!(output.text(), "one\ntwo\n\u{fffd}three");

        let (reader, writer) = std::io::pipe().unwrap();
        let quiet = Output::of(reader);
        let error = quiet.wait_for(Duration::from_millis(10), |_| Some(()));
        assert!(matches!(error, Err(WaitError::TimedOut)));
        drop(writer);
        assert!(quiet.ends_within(Duration::from_secs(5)));
    }
}

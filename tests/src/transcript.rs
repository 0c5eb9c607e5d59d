//! What a started program writes, line by line, while it runs.

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
pub struct Transcript {
    shared: Arc<(Mutex<State>, Condvar)>,
}

/// No line answered the question.
#[derive(Debug)]
pub enum Silence {
    /// The stream ended: the program closed it, or ended itself.
    Ended,
    /// The time was up.
    TimedOut,
}

impl Transcript {
    /// Reads the stream to its end on a thread of its own.
    pub fn of(stream: impl Read + Send + 'static) -> Self {
        let transcript = Self::default();
        let writer = transcript.clone();
        thread::spawn(move || writer.read(BufReader::new(stream)));
        transcript
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

    /// The first line, old or yet to come, of which `find` makes something.
    pub fn wait_for<T>(&self, limit: Duration, find: impl Fn(&str) -> Option<T>) -> Result<T, Silence> {
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
                return Err(Silence::Ended);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Silence::TimedOut);
            }
            state = news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether the stream ended within the limit.
    #[must_use]
    pub fn ends_within(&self, limit: Duration) -> bool {
        matches!(self.wait_for(limit, |_| None::<()>), Err(Silence::Ended))
    }

    /// Everything so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).lines.join("\n")
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_line_and_tells_an_end_from_a_silence() {
        let transcript = Transcript::of("one\r\ntwo\n\u{fffd}three".as_bytes());
        let three =
            transcript.wait_for(Duration::from_secs(5), |line| line.strip_prefix('\u{fffd}').map(str::len));
        assert!(matches!(three, Ok(5)));
        assert!(transcript.ends_within(Duration::from_secs(5)));
        assert_eq!(transcript.text(), "one\ntwo\n\u{fffd}three");

        let (reader, writer) = std::io::pipe().unwrap();
        let quiet = Transcript::of(reader);
        let silence = quiet.wait_for(Duration::from_millis(10), |_| Some(()));
        assert!(matches!(silence, Err(Silence::TimedOut)));
        drop(writer);
        assert!(quiet.ends_within(Duration::from_secs(5)));
    }
}

//! Lines on their way to standard error. Events never wait for it: an unread pipe would stop the service.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use tracing_subscriber::fmt::MakeWriter;

/// The most bytes that wait, some 4,000 lines. As many again are being written.
const MAX_BYTES: usize = 1 << 20;

/// A single write that takes longer than this does not delay the end of the process.
const STUCK: Duration = Duration::from_secs(1);

/// How long the first line waits for others. Under load, waking the thread for each line would cost the requests more than
/// the lines.
const GATHER: Duration = Duration::from_millis(2);

/// Lines that wait for the thread that writes them.
#[derive(Default)]
pub(super) struct LogBuffer {
    state: Mutex<State>,
    changed: Condvar,
    dropped: Counter,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    /// Since when lines wait or are written; `None` when all are written.
    busy_since: Option<Instant>,
    /// The thread waits for a line.
    is_idle: bool,
}

impl LogBuffer {
    /// The number of dropped lines.
    pub(super) const fn dropped(&self) -> &Counter {
        &self.dropped
    }

    /// Adds an event as one line, or drops it when the buffer is full.
    fn push(&self, event: &[u8]) {
        let line = one_line(event);
        let mut state = self.lock();
        if state.lines.len() + line.len() >= MAX_BYTES {
            drop(state);
            self.dropped.inc();
            return;
        }
        state.lines.extend_from_slice(&line);
        state.lines.push(b'\n');
        state.busy_since.get_or_insert_with(Instant::now);
        // Each notification is a system call.
        let wakes = std::mem::take(&mut state.is_idle);
        drop(state);
        if wakes {
            self.changed.notify_all();
        }
    }

    /// Writes the lines as they come. After a write it reports the lines that were dropped meanwhile. Lines of a failed
    /// write are dropped, too; it may have ended within a line, which the next one must not continue.
    pub(super) fn write_to(&self, mut sink: impl Write, report: impl Fn(u64)) {
        let (mut chunk, mut reported, mut torn) = (Vec::new(), 0, false);
        loop {
            self.take(&mut chunk);
            let ended = if torn { sink.write_all(b"\n") } else { Ok(()) };
            torn = ended.and_then(|()| sink.write_all(&chunk)).is_err();
            if torn {
                self.dropped.inc_by(chunk.split_inclusive(|byte| *byte == b'\n').count() as u64);
                continue;
            }
            let dropped = self.dropped.get();
            if dropped > reported {
                report(dropped - reported);
                reported = dropped;
            }
        }
    }

    /// Waits for lines and takes them all.
    fn take(&self, chunk: &mut Vec<u8>) {
        chunk.clear();
        let mut state = self.lock();
        state.busy_since = if state.lines.is_empty() { None } else { Some(Instant::now()) };
        self.changed.notify_all();
        while state.lines.is_empty() {
            state.is_idle = true;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        thread::sleep(GATHER);
        let mut state = self.lock();
        std::mem::swap(&mut state.lines, chunk);
    }

    /// Waits until all lines are written, unless a write is stuck.
    pub(super) fn flush(&self) {
        let mut state = self.lock();
        while let Some(since) = state.busy_since {
            let left = STUCK.saturating_sub(since.elapsed());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MakeWriter<'a> for &'static LogBuffer {
    type Writer = Event<'a>;

    fn make_writer(&'a self) -> Event<'a> {
        Event(self)
    }
}

/// Takes one event, which the subscriber writes at once.
pub(super) struct Event<'a>(&'a LogBuffer);

impl Write for Event<'_> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.push(event);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The event without its line end, and with control characters escaped: messages of libraries have line ends.
fn one_line(event: &[u8]) -> Cow<'_, [u8]> {
    let event = event.strip_suffix(b"\n").unwrap_or(event);
    let is_control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    // Not `any`: without an early end, the compiler compares 16 bytes at a time.
    if event.iter().fold(0, |found, byte| found | u8::from(is_control(byte))) == 0 {
        return Cow::Borrowed(event);
    }
    let escape = |byte: &u8| -> Vec<u8> {
        match byte {
            // The only one that JSON does not escape itself.
            0x7f => br"\u007f".to_vec(),
            _ if is_control(byte) => byte.escape_ascii().collect(),
            _ => vec![*byte],
        }
    };
    Cow::Owned(event.iter().flat_map(escape).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    #[test]
    fn events_are_single_lines() {
        assert_eq!(one_line(b"plain\ttext \xc3\xa4\n").as_ref(), b"plain\ttext \xc3\xa4");
        assert_eq!(one_line(b"one\ntwo\r\n\tthree\x1b[0m\n").as_ref(), br"one\ntwo\r\n	three\x1b[0m");
        assert_eq!(one_line(b"{\"text\":\"\x7f\"}\n").as_ref(), br#"{"text":"\u007f"}"#);
    }

    /// Passes each write on, and waits for a permission first.
    struct Gate(Receiver<()>, Sender<Vec<u8>>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().unwrap();
            self.1.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn full_buffer_drops_counts_and_reports_lines() {
        let buffer: &'static LogBuffer = Box::leak(Box::default());
        let (permit, permission) = channel();
        let (sent, written) = channel();
        let (reports, reported) = channel();
        let report = move |lines| reports.send(lines).unwrap();
        thread::spawn(move || buffer.write_to(Gate(permission, sent), report));
        let line = [b'x'; 1023];
        let mut pushed = 0_u64;
        while buffer.dropped().get() < 3 {
            buffer.push(&line);
            pushed += 1;
        }
        // A stuck write ends the wait.
        buffer.flush();
        let mut lines = 0;
        while lines < pushed - 3 {
            permit.send(()).unwrap();
            lines += written.recv().unwrap().len() as u64 / 1024;
        }
        assert_eq!(lines, pushed - 3);
        assert_eq!(reported.recv().unwrap(), 3);
        permit.send(()).unwrap();
        buffer.push(b"after\n");
        // On a slow machine this ends before the line is written.
        buffer.flush();
        assert_eq!(written.recv_timeout(Duration::from_mins(1)).unwrap(), b"after\n");
        assert_eq!(reported.try_iter().count(), 0);
    }
}

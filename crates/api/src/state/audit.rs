//! The audit log: one JSON object per line in a file. Requests never wait for it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use rustix::fs::{Access, access};
use rustix::io::Errno;
use serde::Serialize;

/// Records that wait to be written, some 2 MB.
const QUEUE: usize = 4096;

/// Records of one write.
const BATCH: usize = 256;

/// How long the end of the process waits for a file system that does not respond.
const FLUSH: Duration = Duration::from_secs(5);

/// Appends records on a thread of its own. Records that do not fit into its queue or cannot be written are dropped and
/// counted.
#[derive(Clone)]
pub(crate) struct AuditLog {
    queue: SyncSender<Message>,
    dropped: Counter,
}

enum Message {
    Line(Vec<u8>),
    /// Replied to when all earlier lines are written.
    Flush(SyncSender<()>),
}

impl AuditLog {
    /// Opens or creates the file, which only the service's user can read, and starts the thread.
    pub(crate) fn open(path: &Path, dropped: Counter) -> io::Result<Self> {
        let (queue, messages) = sync_channel(QUEUE);
        let mut writer =
            Writer { path: path.to_owned(), file: open(path)?, dropped: dropped.clone(), failing: false };
        thread::Builder::new().name("audit".into()).spawn(move || writer.run(&messages))?;
        Ok(Self { queue, dropped })
    }

    /// Whether the file can be opened, or else created. A check creates nothing: it may run as another user than the
    /// service, who could not write to a file of that user.
    pub(crate) fn check(path: &Path) -> io::Result<()> {
        let folder =
            || path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match fs::metadata(path) {
            Ok(file) if file.is_dir() => Err(Errno::ISDIR.into()),
            Ok(_) => Ok(access(path, Access::WRITE_OK)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(access(folder(), Access::WRITE_OK | Access::EXEC_OK)?)
            }
            Err(error) => Err(error),
        }
    }

    /// Queues a record.
    pub(crate) fn append(&self, record: &impl Serialize) {
        let Ok(line) = line(record) else { return self.drop_one() };
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
            self.queue.try_send(Message::Line(line))
        {
            self.drop_one();
        }
    }

    fn drop_one(&self) {
        self.dropped.inc();
    }

    /// Waits until the queued records are written.
    pub(crate) fn flush(&self) {
        let (done, written) = sync_channel(1);
        let deadline = Instant::now() + FLUSH;
        let mut message = Message::Flush(done);
        // A file system that does not respond leaves the queue full.
        while let Err(TrySendError::Full(back)) = self.queue.try_send(message) {
            if Instant::now() >= deadline {
                return;
            }
            message = back;
            thread::sleep(Duration::from_millis(10));
        }
        let _ = written.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }
}

/// The file of the audit log, for a command: it waits until its record is written.
pub(crate) struct AuditFile(File);

impl AuditFile {
    /// Opens or creates the file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        open(path).map(Self)
    }

    /// Appends a record in one write, since a service may append to the same file.
    pub(crate) fn append(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.0.write_all(&line(record)?)
    }
}

fn line(record: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    Ok(line)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

struct Writer {
    path: PathBuf,
    file: File,
    dropped: Counter,
    /// Whether the last write failed, perhaps in the middle of a line.
    failing: bool,
}

impl Writer {
    fn run(&mut self, messages: &Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            let (mut lines, mut count, mut flushed) = (Vec::new(), 0, Vec::new());
            for message in std::iter::once(first).chain(messages.try_iter().take(BATCH)) {
                match message {
                    Message::Line(line) => {
                        lines.extend(line);
                        count += 1;
                    }
                    Message::Flush(done) => flushed.push(done),
                }
            }
            if count > 0 {
                self.write(&lines, count);
            }
            for done in flushed {
                let _ = done.send(());
            }
        }
    }

    fn write(&mut self, lines: &[u8], count: u64) {
        let written = self.reopen_if_moved().and_then(|()| {
            if self.failing {
                self.file.write_all(b"\n")?;
            }
            self.file.write_all(lines)
        });
        match written {
            Ok(()) => self.failing = false,
            Err(error) => {
                self.dropped.inc_by(count);
                if !self.failing {
                    tracing::error!(error = %error, "cannot write the audit log; records are dropped");
                }
                self.failing = true;
            }
        }
    }

    /// Continues in a new file after a rotation, which renames or deletes the old one.
    fn reopen_if_moved(&mut self) -> io::Result<()> {
        let current = self.file.metadata()?;
        let named = fs::metadata(&self.path);
        if !named.is_ok_and(|named| (named.dev(), named.ino()) == (current.dev(), current.ino())) {
            self.file = open(&self.path)?;
            self.failing = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{read_to_string, rename};

    use super::*;

    #[test]
    fn records_continue_in_a_new_file_after_a_rotation() {
        let folder = tempfile::tempdir().unwrap();
        let (path, rotated) = (folder.path().join("audit.jsonl"), folder.path().join("audit.jsonl.1"));
        fs::write(&path, "earlier\n").unwrap();
        let log = AuditLog::open(&path, Counter::default()).unwrap();
        log.append(&1);
        log.flush();
        rename(&path, &rotated).unwrap();
        log.append(&2);
        log.append(&3);
        log.flush();
        assert_eq!(read_to_string(&rotated).unwrap(), "earlier\n1\n");
        assert_eq!(read_to_string(&path).unwrap(), "2\n3\n");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(log.dropped.get(), 0);
    }

    #[test]
    fn records_that_cannot_be_written_are_counted() {
        let log = AuditLog::open(Path::new("/dev/full"), Counter::default()).unwrap();
        for number in 0..3 {
            log.append(&number);
            log.flush();
        }
        assert_eq!(log.dropped.get(), 3);
    }

    #[test]
    fn full_queue_drops_records_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let status = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(status.success());
        // Open for reading as well, so that opening does not wait; unread, it blocks the writer at 64 KiB.
        let reader = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let log = AuditLog::open(&path, Counter::default()).unwrap();
        let record = "x".repeat(1022);
        let mut appended = 0_u64;
        while log.dropped.get() < 10 {
            log.append(&record);
            appended += 1;
        }
        assert!(appended > QUEUE as u64, "{appended}");
        // Returns although the writer is stuck.
        log.flush();
        drop(reader);
    }
}

//! A copy of the last good key set on disk, for a start while the issuer is down.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{FetchError, FetchedKeys, JwksSource};
use crate::keys::Contents;

/// A key set of 1 MiB in which every byte is escaped is not longer.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Keeps a copy of the last good key set in a file, and returns it when the issuer cannot be reached at the start of the
/// process; a service that starts during an outage then verifies tokens, as one that ran before it does.
///
/// The time since the copy was fetched, by the calendar, counts towards [`JwksOptions::stale`](crate::JwksOptions::stale).
/// Fetches go on in the meantime, and the first good set takes its place. A token whose key is not in the copy is
/// unavailable, not rejected. A set with a private key is never written, and deletes the copy.
///
/// Who can write the file can sign tokens. It is created for its owner only (mode 0600), as is its directory if it is
/// missing; on Unix neither is used while its mode allows the group or others to write. A copy of another source, by its
/// [`location`](JwksSource::location) when this is created, is not used. Problems with the file are logged, and the
/// source works without it.
///
/// ```
/// use tasknook_auth::{DiskCache, FetchError, FetchedKeys, JwksSource};
///
/// /// Stands for `HttpJwksSource`.
/// struct Down;
///
/// impl JwksSource for Down {
///     fn fetch(&self) -> Result<FetchedKeys, FetchError> {
///         Err(FetchError::Timeout)
///     }
/// }
///
/// let source = DiskCache::new(Down, "/var/lib/my-service/key-set.json");
/// assert!(source.fetch().is_err()); // there is no copy yet
/// ```
pub struct DiskCache<S> {
    source: S,
    path: PathBuf,
    location: Option<String>,
    /// A good set was fetched, or the copy was returned. Relaxed: no other data is published with it.
    is_started: AtomicBool,
    /// Each run of failures is logged once.
    is_failing: AtomicBool,
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct StoredSet {
    source: Option<String>,
    fetched_at_unix: u64,
    key_set: String,
}

impl<S: JwksSource> DiskCache<S> {
    /// Keeps the copy of this source's key set at `path`, which no other source may have.
    pub fn new(source: S, path: impl Into<PathBuf>) -> Self {
        Self {
            location: source.location(),
            source,
            path: path.into(),
            is_started: AtomicBool::new(false),
            is_failing: AtomicBool::new(false),
        }
    }

    /// The copy on disk, until it was returned once or a set was fetched.
    fn first_copy(&self) -> Option<FetchedKeys> {
        if self.is_started.load(Ordering::Relaxed) {
            return None;
        }
        let copy = self.read();
        self.log_failure(copy.as_ref().err().filter(|error| error.kind() != io::ErrorKind::NotFound));
        let copy = copy.ok()?;
        self.is_started.store(true, Ordering::Relaxed);
        Some(copy)
    }

    fn read(&self) -> io::Result<FetchedKeys> {
        check_private(&fs::metadata(directory(&self.path))?)?;
        let file = File::open(&self.path)?;
        check_private(&file.metadata()?)?;
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text)?;
        let stored: StoredSet = serde_json::from_slice(&text)?;
        if stored.source != self.location {
            return Err(io::Error::other("it is of another source"));
        }
        if Contents::of(stored.key_set.as_bytes()) != Contents::Usable {
            return Err(io::Error::other("it has no usable key set"));
        }
        let age = now_unix().checked_sub(stored.fetched_at_unix);
        let age = age.ok_or_else(|| io::Error::other("its time is in the future"))?;
        // At least a second, so that it never counts as fetched now.
        Ok(FetchedKeys::new(stored.key_set).with_age(Duration::from_secs(age.max(1))))
    }

    /// Replaces the file as a whole, since another process can write the same one.
    fn write(&self, keys: &FetchedKeys) -> io::Result<()> {
        let stored = StoredSet {
            source: self.location.clone(),
            fetched_at_unix: now_unix().saturating_sub(keys.age.as_secs()),
            key_set: String::from_utf8(keys.body.clone()).map_err(io::Error::other)?,
        };
        let (directory, name) = (directory(&self.path), self.path.file_name());
        let name = name.ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        create_directory(directory)?;
        check_private(&fs::metadata(directory)?)?;
        let temporary = directory.join(format!(".{name}.{:016x}", fastrand::u64(..)));
        let written = create_file(&temporary).and_then(|mut file| {
            file.write_all(&serde_json::to_vec(&stored)?)?;
            file.sync_all()?;
            fs::rename(&temporary, &self.path)
        });
        written.inspect_err(|_| drop(fs::remove_file(&temporary)))
    }

    fn delete(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    fn log_failure(&self, error: Option<&io::Error>) {
        let was_failing = self.is_failing.swap(error.is_some(), Ordering::Relaxed);
        if let Some(error) = error.filter(|_| !was_failing) {
            let path = self.path.display();
            tracing::warn!(%path, %error, "the copy of the key set on disk cannot be used or written");
        }
    }
}

impl<S: JwksSource> JwksSource for DiskCache<S> {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let fetched = self.source.fetch();
        let changed = match &fetched {
            Ok(keys) => match Contents::of(&keys.body) {
                Contents::Usable => Some(self.write(keys)),
                // The copy can have the same key, for which anyone can now sign.
                Contents::Private => Some(self.delete()),
                Contents::Unusable => None,
            },
            Err(_) => None,
        };
        if let Some(result) = changed {
            self.is_started.store(true, Ordering::Relaxed);
            self.log_failure(result.as_ref().err());
            return fetched;
        }
        let Some(copy) = self.first_copy() else { return fetched };
        let (path, age, error) = (self.path.display(), copy.age, fetched.as_ref().err());
        let error = error.map_or_else(|| "no usable key set".to_owned(), ToString::to_string);
        tracing::warn!(url = self.source.location(), %error, %path, ?age, "the key set on disk is used");
        Ok(copy)
    }

    fn deadline(&self) -> Duration {
        self.source.deadline()
    }

    fn location(&self) -> Option<String> {
        self.source.location()
    }
}

impl<S> fmt::Debug for DiskCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskCache").field("path", &self.path).finish_non_exhaustive()
    }
}

fn now_unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn directory(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn check_private(metadata: &fs::Metadata) -> io::Result<()> {
    let mode = std::os::unix::fs::MetadataExt::mode(metadata);
    if mode & 0o022 == 0 { Ok(()) } else { Err(io::Error::other("the group or others can write it")) }
}

#[cfg(not(unix))]
fn check_private(_: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

//! A copy of the last good key set on disk, for a start while the issuer is down.

mod file;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fmt, thread};

use super::{FetchError, FetchedKeys, JwksSource};
use crate::keys::{Contents, LeakedKeys};
use file::StoredSet;

/// How long a cache that is dropped waits for its last write.
const LAST_WRITE: Duration = Duration::from_secs(1);

/// Keeps a copy of the last good key set in a file, and starts with it when the first fetch fails or brings no usable key;
/// a service that starts during an outage then verifies tokens, as one that ran before it does.
///
/// The time since the copy was fetched, by the calendar, counts towards [`JwksOptions::stale`](crate::JwksOptions::stale).
/// The failed fetch is repeated as without a copy, and the first good set takes its place. A token whose key is not in the
/// copy is unavailable, not rejected. A set with a private key, or a key that had one in an earlier set, is never written,
/// and deletes the copy.
///
/// Who can write the file can sign tokens. It is created for its owner only (mode 0600), as is its directory if it is
/// missing; on Unix neither is used while another user owns it, except root, or its mode allows the group or others to
/// write, and the file is not used if it is a symbolic link. A copy of another source, by its
/// [`location`](JwksSource::location) when this is created, is not used.
///
/// [`new`](Self::new) reads the file, and a thread of its own writes it, so that a disk that hangs delays no fetch. Dropping
/// the cache waits for a write, for a second at most; a program that ends within milliseconds of its first fetch can leave
/// no copy. Problems with the file are logged, and the source works without it.
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
/// assert!(source.fallback().is_none()); // there is no copy yet
/// ```
pub struct DiskCache<S> {
    source: S,
    location: Option<String>,
    /// The number of calls.
    calls: AtomicU64,
    copy: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    state: Mutex<State>,
    written: Condvar,
    /// Each run of failures is logged once. Relaxed: no other data is published with it.
    is_failing: AtomicBool,
}

struct State {
    /// The last good set; none before the first, and after one with a private key.
    set: Option<Arc<StoredSet>>,
    /// The call that decided on `set`. One that outlived its deadline can return an older set.
    call: u64,
    /// The file is not that of `set`.
    is_changed: bool,
    /// There is a thread that writes.
    is_writing: bool,
    leaked: LeakedKeys,
}

impl<S: JwksSource> DiskCache<S> {
    /// Keeps the copy of this source's key set at `path`, which no other source may have.
    pub fn new(source: S, path: impl Into<PathBuf>) -> Self {
        let location = source.location();
        let state =
            State { set: None, call: 0, is_changed: false, is_writing: false, leaked: LeakedKeys::default() };
        let copy = Shared {
            path: path.into(),
            state: Mutex::new(state),
            written: Condvar::new(),
            is_failing: AtomicBool::default(),
        };
        match copy.read(location.as_deref()) {
            Ok(set) => copy.lock().set = Some(Arc::new(set)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => copy.log(Err(error)),
        }
        Self { source, location, calls: AtomicU64::new(0), copy: Arc::new(copy) }
    }

    fn keep(
        &self,
        fetch: impl FnOnce(&S) -> Result<FetchedKeys, FetchError>,
    ) -> Result<FetchedKeys, FetchError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let fetched_at_unix = now_unix();
        let keys = fetch(&self.source)?;
        let mut state = self.copy.lock();
        let set = match (Contents::of(&keys.body, &mut state.leaked), str::from_utf8(&keys.body)) {
            (Contents::Usable, Ok(key_set)) if call > state.call => Some(Arc::new(StoredSet {
                source: self.location.clone(),
                fetched_at_unix: fetched_at_unix.saturating_sub(keys.age.as_secs()),
                key_set: key_set.to_owned(),
            })),
            // The copy can have the same key, for which anyone can now sign.
            (Contents::Private, _) => None,
            _ => return Ok(keys),
        };
        state.set = set;
        state.call = state.call.max(call);
        state.is_changed = true;
        let has_thread = std::mem::replace(&mut state.is_writing, true);
        drop(state);
        if !has_thread {
            let copy = Arc::clone(&self.copy);
            let thread =
                thread::Builder::new().name("jwks-copy".to_owned()).spawn(move || copy.write_changes());
            if let Err(error) = thread {
                self.copy.lock().is_writing = false;
                self.copy.log(Err(error));
            }
        }
        Ok(keys)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, location: Option<&str>) -> io::Result<StoredSet> {
        let stored = StoredSet::read(&self.path)?;
        if stored.source.as_deref() != location {
            return Err(io::Error::other("it is of another source"));
        }
        if Contents::of(stored.key_set.as_bytes(), &mut LeakedKeys::default()) != Contents::Usable {
            return Err(io::Error::other("it has no usable key set"));
        }
        if stored.fetched_at_unix > now_unix() {
            return Err(io::Error::other("its time is in the future"));
        }
        Ok(stored)
    }

    /// The last of several changes wins.
    fn write_changes(&self) {
        loop {
            let mut state = self.lock();
            if !std::mem::replace(&mut state.is_changed, false) {
                state.is_writing = false;
                self.written.notify_all();
                return;
            }
            let set = state.set.clone();
            drop(state);
            let Some(set) = set else {
                if let Err(error) = file::delete(&self.path) {
                    let path = self.path.display();
                    tracing::error!(%path, %error, "the copy of a key set with a private key cannot be deleted");
                }
                continue;
            };
            self.log(set.write(&self.path));
        }
    }

    fn log(&self, result: io::Result<()>) {
        let was_failing = self.is_failing.swap(result.is_err(), Ordering::Relaxed);
        if let (Err(error), false) = (result, was_failing) {
            let path = self.path.display();
            tracing::warn!(%path, %error, "the copy of the key set on disk cannot be used or written");
        }
    }
}

impl<S: JwksSource> JwksSource for DiskCache<S> {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        self.keep(S::fetch)
    }

    fn fetch_anew(&self) -> Result<FetchedKeys, FetchError> {
        self.keep(S::fetch_anew)
    }

    /// The last good set: that of the file, until one was fetched.
    fn fallback(&self) -> Option<FetchedKeys> {
        let set = self.copy.lock().set.clone()?;
        let age = Duration::from_secs(now_unix().saturating_sub(set.fetched_at_unix));
        tracing::warn!(path = %self.copy.path.display(), ?age, "the key set on disk is used");
        Some(FetchedKeys::new(set.key_set.as_str()).with_age(age))
    }

    fn deadline(&self) -> Duration {
        self.source.deadline()
    }

    fn location(&self) -> Option<String> {
        self.source.location()
    }
}

impl<S> Drop for DiskCache<S> {
    fn drop(&mut self) {
        let wait =
            self.copy.written.wait_timeout_while(self.copy.lock(), LAST_WRITE, |state| state.is_writing);
        drop(wait);
    }
}

impl<S> fmt::Debug for DiskCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskCache").field("path", &self.copy.path).finish_non_exhaustive()
    }
}

fn now_unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{ScriptedSource, SigningKey, key_set};

    #[test]
    fn a_disk_that_hangs_delays_no_fetch_and_gets_the_last_set() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys").join("copy.json");
        let source = ScriptedSource::down();
        let cache = DiskCache::new(Arc::clone(&source), &path);
        // As if a thread were writing.
        cache.copy.lock().is_writing = true;
        let sets = [(); 3].map(|()| key_set(&[SigningKey::ed25519().jwk("k1")]));
        for set in &sets {
            source.set_body(set.as_str());
            assert!(cache.fetch().is_ok());
        }
        assert!(!path.exists());
        cache.copy.write_changes();
        assert_eq!(StoredSet::read(&path).unwrap().key_set, sets[2]);
        assert!(!cache.copy.lock().is_writing);
    }
}

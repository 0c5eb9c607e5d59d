use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use domain::{Owner, OwnerId, OwnerRevision};
use parking_lot::Mutex;
use tokio::sync::watch;

/// The owners who are watched in this process.
#[derive(Default)]
pub(super) struct WatchedOwners {
    owners: Mutex<HashMap<OwnerId, Watched>>,
    /// The number of watches.
    watches: AtomicUsize,
}

/// One owner, for all watches.
struct Watched {
    owner: Owner,
    watches: usize,
    /// The revision that the watches were last notified of; `None` if that was not known.
    known: Option<OwnerRevision>,
    changed: watch::Sender<()>,
}

/// An owner, and what the watches know.
pub(in crate::database) type Known = (Owner, Option<OwnerRevision>);

impl WatchedOwners {
    /// Whether any owner is watched. Relaxed: a commit that precedes the first watch is in what its reader finds, and polling
    /// repairs the rest.
    pub(super) fn any(&self) -> bool {
        self.watches.load(Ordering::Relaxed) > 0
    }

    /// Notifies the watches of an owner, unless they know this revision or a later one. Of two epochs it is not known which is
    /// the later one.
    pub(super) fn notify(&self, owner: &OwnerId, at: Option<OwnerRevision>) {
        if self.any()
            && let Some(watched) = self.owners.lock().get_mut(owner)
        {
            watched.notify(at);
        }
    }

    /// All of them.
    pub(super) fn known(&self) -> Vec<Known> {
        self.owners.lock().values().map(|watched| (watched.owner.clone(), watched.known)).collect()
    }

    /// Compares the revisions that were read after [`WatchedOwners::known`], notifies, and returns how many were not known
    /// although an earlier one was.
    pub(super) fn compare(&self, before: &[Known], found: &[OwnerRevision]) -> usize {
        let mut owners = self.owners.lock();
        let mut missed = 0;
        for ((owner, before), found) in before.iter().zip(found) {
            let Some(watched) = owners.get_mut(owner.id()) else { continue };
            if watched.known != *before {
                watched.notify(Some(*found));
            } else if watched.known != Some(*found) {
                // Also if it is an earlier one: the database may have lost what it had.
                missed += usize::from(before.is_some());
                watched.set(Some(*found));
            }
        }
        missed
    }

    /// Watches an owner from now on.
    pub(super) fn watch(self: &Arc<Self>, owner: &Owner) -> WatchedOwner {
        let mut owners = self.owners.lock();
        let watched = owners.entry(owner.id().clone()).or_insert_with(|| Watched {
            owner: owner.clone(),
            watches: 0,
            known: None,
            changed: watch::Sender::new(()),
        });
        watched.watches += 1;
        self.watches.fetch_add(1, Ordering::Relaxed);
        let changed = watched.changed.subscribe();
        WatchedOwner { owner: owner.id().clone(), changed, owners: Arc::clone(self) }
    }
}

impl Watched {
    fn notify(&mut self, at: Option<OwnerRevision>) {
        let is_known = self
            .known
            .zip(at)
            .is_some_and(|(known, at)| known.epoch == at.epoch && known.revision >= at.revision);
        if !is_known {
            self.set(at);
        }
    }

    fn set(&mut self, at: Option<OwnerRevision>) {
        self.known = at;
        self.changed.send_replace(());
    }
}

/// One watch.
pub(super) struct WatchedOwner {
    owner: OwnerId,
    changed: watch::Receiver<()>,
    owners: Arc<WatchedOwners>,
}

#[async_trait]
impl domain::Watch for WatchedOwner {
    async fn changed(&mut self) {
        // The sender lives as long as its last watch.
        if self.changed.changed().await.is_err() {
            pending::<()>().await;
        }
    }
}

impl Drop for WatchedOwner {
    fn drop(&mut self) {
        let mut owners = self.owners.owners.lock();
        if let Some(watched) = owners.get_mut(&self.owner) {
            watched.watches -= 1;
            if watched.watches == 0 {
                owners.remove(&self.owner);
            }
        }
        self.owners.watches.fetch_sub(1, Ordering::Relaxed);
    }
}

use domain::{OwnerId, OwnerRevision};

/// Receives what this process has stored, after the commit. It runs on the worker's time, so it must not wait for anything.
pub(crate) trait StoreObserver: Send + Sync {
    /// The owner has changed, and is at this revision or a later one; `None` if the revision is not known.
    fn stored(&self, owner: &OwnerId, at: Option<OwnerRevision>);
}

//! The lock that each service process shares while it runs, and that `tasknook restored` takes alone.

use std::any::Any;
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use crate::MigrateError;

const PAUSE: Duration = Duration::from_millis(200);

/// The lock, until it is dropped.
pub(super) type ServiceLock = Box<dyn Any + Send + Sync>;

/// The state of the lock after an attempt to share it.
pub(crate) enum Attempt {
    /// It is shared.
    Shared(ServiceLock),
    /// A restored database is being renewed.
    Excluded,
}

pub(crate) trait ServiceLockBackend {
    /// Shares the lock if it is free. It does not wait.
    fn share_service_lock(&self) -> Result<Attempt, Box<dyn Error + Send + Sync>>;
}

/// Shares the lock, and waits while it is excluded. Without a usable lock the service runs: its guards reject stores of a
/// state from before a renewal.
pub(super) fn acquire<B: ServiceLockBackend>(
    backend: &B,
    timeout: Duration,
) -> Result<Option<ServiceLock>, MigrateError> {
    let begun = Instant::now();
    let mut is_waiting = false;
    loop {
        match backend.share_service_lock() {
            Ok(Attempt::Shared(lock)) => return Ok(Some(lock)),
            Ok(Attempt::Excluded) if begun.elapsed() >= timeout => {
                return Err(MigrateError::Locked("`tasknook restored` is running".into()));
            }
            Ok(Attempt::Excluded) => {
                if !is_waiting {
                    let timeout_seconds = timeout.as_secs();
                    tracing::warn!(
                        timeout_seconds,
                        "waiting for the command that renews a restored database"
                    );
                }
                is_waiting = true;
                thread::sleep(PAUSE);
            }
            Err(error) => {
                tracing::warn!(error = %error, "the service lock cannot be used");
                return Ok(None);
            }
        }
    }
}

//! What every verifier has: the trait, the options (clock, cache, observer), and a trust anchor with the cache of
//! tokens that it verified. [`SharedSecretVerifier`] is here too, since it is one trust anchor that never changes.

mod cache;
mod clock;
mod observer;
mod options;
mod shared_secret;
mod trust_anchor;

use std::future::Future;
use std::pin::Pin;

use crate::{Identity, VerifyError};

pub(crate) use cache::RawToken;
pub use clock::{Clock, SystemClock};
pub use observer::{Observer, VerifiedBy};
pub(crate) use observer::{Verdict, notify};
pub(crate) use options::Policy;
pub use options::{CacheOptions, VerifierOptions};
pub use shared_secret::SharedSecretVerifier;
pub(crate) use trust_anchor::TrustAnchor;

/// A boxed future that can move between threads, as an object-safe trait has to return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Verifies a token and returns the identity of its user.
///
/// The future is independent of any runtime: every executor can poll it.
pub trait TokenVerifier: Send + Sync {
    /// Verifies `token`, a JWT in the compact serialization (RFC 7519 §7.2), without the `Bearer` in front.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first rule that the token breaks. With [`VerifyError::is_unavailable`] you distinguish
    /// a token that could not be verified from one that is rejected.
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>>;

    /// The identity of a token that was verified before and is still valid, without the work of a verification: for a
    /// service that limits the verifications of a caller who sends many bad tokens. None for every other token, and from
    /// a verifier without a cache.
    fn cached(&self, token: &str) -> Option<Identity> {
        let _ = token;
        None
    }
}

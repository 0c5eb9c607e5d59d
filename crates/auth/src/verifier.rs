//! What verifiers have in common: the trait, their options (clock, memory, observer), and a trust root that remembers the
//! tokens that it verified. The verifier of shared secrets is here too, since it is no more than that.

mod clock;
mod observer;
mod options;
mod presented;
mod shared_secret;
mod token_memory;
mod trust_root;

use std::future::Future;
use std::pin::Pin;

use crate::{Identity, VerifyError};

pub use clock::{Clock, SystemClock};
pub use observer::{Observer, VerifiedBy};
pub(crate) use observer::{Verdict, tell};
pub use options::VerifierOptions;
pub(crate) use presented::PresentedToken;
pub use shared_secret::SharedSecretVerifier;
pub use token_memory::MemoryOptions;
pub(crate) use trust_root::TrustRoot;

/// A boxed future that may move between threads, as an object-safe trait has to return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Turns a token into the identity that it proves, or says why it proves none.
///
/// The future belongs to no runtime: any executor may poll it.
pub trait TokenVerifier: Send + Sync {
    /// Verifies `token`, a JWT in the compact serialization (RFC 7519 §7.2), without the `Bearer` in front.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first rule that the token breaks; [`VerifyError::is_unavailable`] tells a token that
    /// is refused from one that could not be judged.
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>>;
}

//! The port through which a service asks who is calling.

use std::future::Future;
use std::pin::Pin;

use crate::{Identity, VerifyError};

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

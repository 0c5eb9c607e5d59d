//! What handlers take besides an [`Identity`], in axum and in actix-web.

use crate::Identity;

/// An argument of a handler: the user of the request, or `None` when the request has no token. An invalid token never
/// gets here: the guard rejects it.
///
/// Use it behind the guard of actix-web or axum with `optional()`.
///
/// ```
/// use tasknook_auth::{Identity, MaybeIdentity};
///
/// async fn greet(MaybeIdentity(user): MaybeIdentity) -> String {
///     format!("hello, {}", user.as_ref().map_or("stranger", Identity::user_id))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaybeIdentity(pub Option<Identity>);

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

/// An argument of a handler: the claims of the token in a type of your own, as [`Identity::claims`] reads them. A token
/// without them is rejected with 403 `insufficient_scope`, since another token could have them.
///
/// ```
/// use serde::Deserialize;
/// use tasknook_auth::Claims;
///
/// #[derive(Deserialize)]
/// struct Account {
///     plan: String,
/// }
///
/// async fn plan(Claims(account): Claims<Account>) -> String {
///     account.plan
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims<T>(pub T);

//! Authentication and authorization of a task route, before anything else of a request is read. The only place where an
//! owner is created.

mod held_token;
mod hint;

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, Quality};
use actix_web::{FromRequest, HttpRequest, web};
use auth::{AuthError, CredentialsError, Identity, TokenVerifier, VerifyError, bearer_token};
use domain::{Owner, OwnerId};
use percent_encoding::percent_decode_str;

use crate::http::events::EVENT_STREAM;
use crate::http::problem::Problem;
use crate::http::representation::accept_quality;
use crate::http::{audit, client_address, limits, path};
use crate::state::AppState;

pub(crate) use held_token::{HeldToken, Validity};
pub(crate) use hint::hint;

/// The authenticated user of a task route. The extraction fails, in this order, with 401 for the token, 429 for the limits,
/// 403 for the path, 406 for `Accept`. The path is checked after the token because only a verified token names the user to
/// compare it with: a client without one must not learn which paths exist.
#[derive(Debug)]
pub(crate) struct AuthenticatedOwner(pub Owner);

impl FromRequest for AuthenticatedOwner {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(authenticate(&request, "application/json").await?.0)) })
    }
}

/// The authenticated user of an event stream, with the token, which must be valid as long as it is open. The extraction fails
/// as that of [`AuthenticatedOwner`].
pub(crate) struct AuthenticatedStream {
    pub owner: Owner,
    pub token: HeldToken,
}

impl FromRequest for AuthenticatedStream {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (owner, identity) = authenticate(&request, EVENT_STREAM).await?;
            let token = HeldToken::new(token(&request).map_err(AuthError::from)?, &identity);
            Ok(Self { owner, token })
        })
    }
}

/// Authenticates a request whose response has this media type.
async fn authenticate(request: &HttpRequest, media_type: &'static str) -> Result<(Owner, Identity), Problem> {
    let state = request.app_data::<web::Data<AppState>>().ok_or_else(Problem::internal)?;
    // The verifier counts rejected tokens itself.
    let token = token(request).inspect_err(|error| state.metrics.tokens().no_token(*error));
    let identity = identity(request, state, token.map_err(AuthError::from)?).await?;
    let owner = verified(&identity)?;
    let path_user = path_user(request);
    audit::begin(request, state, &owner, path_user.as_deref());
    admit(request, state, &owner)?;
    check_path(path_user.as_deref(), &owner)?;
    check_accept(request, media_type)?;
    if !request.method().is_safe() {
        state.list_cache.forget(&owner);
    }
    Ok((owner, identity))
}

/// The user of a second token, in this member of the body. It never authenticates the request, so a rejected one is 422.
pub(crate) async fn owner_of_body(state: &AppState, token: &str, member: &str) -> Result<Owner, Problem> {
    match state.verifier.verify(token).await {
        Ok(identity) => verified(&identity),
        Err(error) if error.is_unavailable() => Err(AuthError::Token(error).into()),
        Err(error) => {
            tracing::info!(reason = error.reason(), "rejected a token in a body: {error}");
            Err(Problem::invalid_member(member, error.to_string(), "invalid_token"))
        }
    }
}

/// Counts the request against the limits of its owner.
fn admit(request: &HttpRequest, state: &AppState, owner: &Owner) -> Result<(), Problem> {
    let admission = state.limits.admit(owner).map_err(|exceeded| limits::rejection(state, exceeded))?;
    limits::attach(request, admission);
    Ok(())
}

fn token(request: &HttpRequest) -> Result<&str, CredentialsError> {
    bearer_token(request.headers().get_all(header::AUTHORIZATION).map(header::HeaderValue::as_bytes))
}

#[expect(clippy::disallowed_methods, reason = "here a verified identity becomes an owner")]
fn verified(identity: &Identity) -> Result<Owner, Problem> {
    let id = OwnerId::parse(identity.user_id());
    // The auth crate accepts fewer user ids than the domain.
    let id = id.map_err(|_| Problem::internal())?;
    Ok(Owner::verified(id))
}

/// Verifies the token, unless its address sent too many that were rejected: then it must be in the cache, so that the users
/// who share the address stay signed in.
async fn identity(request: &HttpRequest, state: &AppState, token: &str) -> Result<Identity, Problem> {
    let client = client_address::client(request, state);
    if let Some(Err(exceeded)) = client.map(|client| state.limits.may_verify(client)) {
        return match state.verifier.cached(token) {
            Some(identity) => Ok(identity),
            None => Err(limits::rejection(state, exceeded)),
        };
    }
    let verified = state.verifier.verify(token).await;
    // A token with an invented key id gets 503 while no fetch is allowed, so it counts too.
    if let (Some(client), Err(error)) = (client, &verified)
        && !matches!(error, VerifyError::KeysUnavailable { .. })
    {
        state.limits.count_failure(client);
    }
    Ok(verified.map_err(AuthError::from)?)
}

/// The bytes of the user in the path. The router's decoding is lossy, so the raw path is decoded.
fn path_user(request: &HttpRequest) -> Option<Cow<'_, [u8]>> {
    path::parameter(request, "user_id")?;
    let segment = request.uri().path().split('/').nth(2).unwrap_or_default();
    Some(percent_decode_str(segment).into())
}

/// Compares the user in the path with the owner.
fn check_path(user: Option<&[u8]>, owner: &Owner) -> Result<(), Problem> {
    if user.is_none_or(|user| owner.is_named(user)) { Ok(()) } else { Err(Problem::other_user()) }
}

/// A response has one media type. A client with an unreadable `Accept` gets it as well.
fn check_accept(request: &HttpRequest, media_type: &'static str) -> Result<(), Problem> {
    if accept_quality(request, media_type) == Quality::ZERO {
        Err(Problem::not_acceptable(media_type))
    } else {
        Ok(())
    }
}

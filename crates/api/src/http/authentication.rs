//! Authentication and authorization of a task route, before anything else of a request is read. The only place where an
//! owner is created.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, Quality};
use actix_web::{FromRequest, HttpRequest, web};
use auth::{AuthError, authenticate};
use domain::{Owner, OwnerId};
use percent_encoding::percent_decode_str;

use crate::http::audit;
use crate::http::problem::Problem;
use crate::http::representation::accept_quality;
use crate::state::AppState;

/// The authenticated user of a task route. The extraction fails, in this order, with 401 for the token, 403 for the path,
/// 406 for `Accept`. The path is checked second because only a verified token names the user to compare it with: a
/// client without one must not learn which paths exist.
#[derive(Debug)]
pub(crate) struct AuthenticatedOwner(pub Owner);

impl FromRequest for AuthenticatedOwner {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let owner = owner(&request).await?;
            let path_user = path_user(&request);
            if let Some(state) = request.app_data::<web::Data<AppState>>() {
                audit::begin(&request, state, &owner, path_user.as_deref());
            }
            check_path(path_user.as_deref(), &owner)?;
            check_accept(&request)?;
            Ok(Self(owner))
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "here a verified identity becomes an owner")]
async fn owner(request: &HttpRequest) -> Result<Owner, Problem> {
    let state = request.app_data::<web::Data<AppState>>().ok_or_else(Problem::internal)?;
    let values = request.headers().get_all(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    let identity = authenticate(&*state.verifier, values).await.inspect_err(|error| {
        // The verifier counts rejected tokens itself.
        if let AuthError::Credentials(error) = error {
            state.metrics.tokens().no_token(*error);
        }
    })?;
    let id = OwnerId::parse(identity.user_id());
    // The auth crate accepts fewer user ids than the domain.
    let id = id.map_err(|_| Problem::internal())?;
    Ok(Owner::verified(id))
}

/// The bytes of the user in the path. The router's decoding is lossy, so the raw path is decoded.
fn path_user(request: &HttpRequest) -> Option<Vec<u8>> {
    request.match_info().get("user_id")?;
    let segment = request.uri().path().split('/').nth(2).unwrap_or_default();
    Some(percent_decode_str(segment).collect())
}

/// Compares the user in the path with the owner.
fn check_path(user: Option<&[u8]>, owner: &Owner) -> Result<(), Problem> {
    if user.is_none_or(|user| owner.is_named(user)) { Ok(()) } else { Err(Problem::other_user()) }
}

/// Responses are JSON. A client with an unreadable `Accept` gets JSON as well.
fn check_accept(request: &HttpRequest) -> Result<(), Problem> {
    if accept_quality(request, "application/json") == Quality::ZERO {
        Err(Problem::not_acceptable())
    } else {
        Ok(())
    }
}

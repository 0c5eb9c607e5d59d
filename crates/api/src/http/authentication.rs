//! Who is calling, and whether the path is theirs: settled before anything else of a request is looked at. The one
//! place where an owner is made.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, Quality};
use actix_web::{FromRequest, HttpRequest, web};
use auth::{AuthError, authenticate};
use domain::{Owner, OwnerId};
use percent_encoding::percent_decode_str;

use crate::http::problem::{Problem, ProblemKind};
use crate::http::representation::accept_quality;
use crate::state::AppState;

/// The verified caller of a task route. Extracting it answers, in this order: 401 for the token, 403 for the path,
/// 406 for the accepted form.
#[derive(Debug)]
pub(crate) struct AuthenticatedOwner(pub Owner);

impl FromRequest for AuthenticatedOwner {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let owner = owner(&request).await?;
            own_path(&request, &owner)?;
            acceptable(&request)?;
            Ok(Self(owner))
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place where a verified identity becomes an owner")]
async fn owner(request: &HttpRequest) -> Result<Owner, Problem> {
    let state = request.app_data::<web::Data<AppState>>().ok_or_else(Problem::internal)?;
    let values = request.headers().get_all(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    let identity = authenticate(&*state.verifier, values).await.inspect_err(|error| {
        // The verifier counts the tokens that it sees.
        if let AuthError::Credentials(error) = error {
            state.metrics.tokens().no_token(*error);
        }
    })?;
    let id = OwnerId::parse(identity.user_id());
    // What the auth crate takes for an id is narrower.
    let id = id.map_err(|_| Problem::internal())?;
    Ok(Owner::verified(id))
}

/// Compares the bytes of the path's user with the owner's. The router's own decoding is lossy, hence the raw path.
fn own_path(request: &HttpRequest, owner: &Owner) -> Result<(), Problem> {
    if request.match_info().get("user_id").is_none() {
        return Ok(());
    }
    let segment = request.uri().path().split('/').nth(2).unwrap_or_default();
    let named: Vec<u8> = percent_decode_str(segment).collect();
    if owner.is_named(&named) {
        return Ok(());
    }
    Err(other_user())
}

/// The path is somebody else's.
pub(crate) fn other_user() -> Problem {
    Problem::new(ProblemKind::OtherUser, "The path names a user that the token does not belong to.")
}

/// The caller takes no form that there is.
pub(crate) fn not_acceptable() -> Problem {
    Problem::new(ProblemKind::NotAcceptable, "Answers are application/json.")
}

/// Every answer is JSON. A caller that says it takes none is told so; one whose `Accept` cannot be read gets JSON.
fn acceptable(request: &HttpRequest) -> Result<(), Problem> {
    if accept_quality(request, "application/json") == Quality::ZERO { Err(not_acceptable()) } else { Ok(()) }
}

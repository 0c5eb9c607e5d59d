//! Around each route: an end to its time, and an answer even when the handler panics.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt;

use crate::problem::{Kind, Problem};

/// How long a request may take, from its last header on.
const DEADLINE: Duration = Duration::from_secs(15);

/// Wraps one resource. Inside of the router, where a second handle on the request is allowed.
pub(crate) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let handle = request.request().clone();
    let handled = AssertUnwindSafe(next.call(request)).catch_unwind();
    let problem = match tokio::time::timeout(DEADLINE, handled).await {
        Ok(Ok(answered)) => return answered.map(ServiceResponse::map_into_boxed_body),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Problem::internal()
        }
        Err(_) => Problem::passing(Kind::Overloaded, "The request could not be served in time.", None),
    };
    Ok(ServiceResponse::from_err(problem, handle))
}

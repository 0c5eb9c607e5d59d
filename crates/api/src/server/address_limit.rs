//! The limit of an address, before a request is routed.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::http::{client_address, limits};
use crate::state::{AppState, Exceeded};

/// Rejects requests over the limit of their address.
pub(super) async fn address_limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some((state, exceeded)) = exceeded(&request) {
        let problem = limits::rejection(&state, exceeded);
        return Ok(ServiceResponse::from_err(problem, request.into_parts().0));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn exceeded(request: &ServiceRequest) -> Option<(web::Data<AppState>, Exceeded)> {
    let state = request.app_data::<web::Data<AppState>>()?;
    if !state.limits.limits_addresses() || limits::EXEMPT.contains(&request.path().trim_end_matches('/')) {
        return None;
    }
    let client = client_address::client(request.request(), state)?;
    let exceeded = state.limits.admit_address(client).err()?;
    Some((state.clone(), exceeded))
}

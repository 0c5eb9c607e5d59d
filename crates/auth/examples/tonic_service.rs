//! A gRPC service on tonic that requires a token; the standard health service stands for one of your own.
//!
//! It takes the tokens that the Better Auth at `BETTER_AUTH_URL` signs with the keys it publishes, and those that it
//! signs with `BETTER_AUTH_SECRET`, if that is set; it listens on `PORT`, or on any port.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use tasknook_auth::tower::RequireToken;
use tasknook_auth::{AnyVerifier, Identity};
use tonic::body::Body;
use tonic::codegen::{BoxStream, tokio_stream};
use tonic::transport::server::{Server, TcpIncoming};
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

struct Api;

#[tonic::async_trait]
impl Health for Api {
    type WatchStream = BoxStream<HealthCheckResponse>;

    /// For every user; responds with the user's id in the metadata.
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let id = user(&request)?.user_id().parse().map_err(|_| Status::internal("not ASCII"))?;
        let mut response = Response::new(serving());
        response.metadata_mut().insert("user-id", id);
        Ok(response)
    }

    /// For administrators only.
    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let allowed = user(&request)?.require_role("admin");
        allowed.map_err(|error| Status::permission_denied(error.to_string()))?;
        Ok(Response::new(Box::pin(tokio_stream::once(Ok(serving())))))
    }
}

/// The guard put it there.
fn user<T>(request: &Request<T>) -> Result<&Identity, Status> {
    request.extensions().get().ok_or_else(|| Status::internal("the guard is missing"))
}

fn serving() -> HealthCheckResponse {
    HealthCheckResponse { status: ServingStatus::Serving.into() }
}

pub(crate) async fn serve(
    incoming: TcpIncoming,
    guard: RequireToken<Body>,
) -> Result<(), tonic::transport::Error> {
    Server::builder().layer(guard).add_service(HealthServer::new(Api)).serve_with_incoming(incoming).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let secrets = env::var("BETTER_AUTH_SECRET").into_iter().map(Into::into).collect();
    let verifier = Arc::new(AnyVerifier::for_better_auth_with_secrets(&url, secrets)?);
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], port).into())?;
    println!("listening http://{}", incoming.local_addr()?);
    Ok(serve(incoming, RequireToken::grpc(verifier)).await?)
}

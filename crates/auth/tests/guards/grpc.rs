//! `RequireToken::grpc`: the responses themselves, and what a client of tonic makes of them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http::header::HeaderValue;
use http::{Request, Response};
use serde_json::json;
use tonic::body::Body;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::{Layer, ServiceExt, service_fn};

use tasknook_auth::tower::RequireToken;
use tasknook_auth::{ChallengeOptions, Identity, TokenVerifier};

use crate::support::{
    ScriptedSource, SigningKey, claims, claims_with, credentials_of, guard, hs256, jwks, rejections,
};
use crate::tonic_service::serve;

/// The response of the guard around a service that responds with `served`.
fn ask(guard: &RequireToken<String>, authorization: &[String]) -> Response<String> {
    let service = guard.layer(service_fn(async |_| Ok::<_, Infallible>(Response::new("served".to_owned()))));
    let builder =
        authorization.iter().fold(Request::post("/grpc.health.v1.Health/Check"), |request, value| {
            request.header("authorization", value)
        });
    pollster::block_on(service.oneshot(builder.body(String::new()).unwrap())).unwrap()
}

#[test]
fn every_rejection_is_a_200_with_a_grpc_status() {
    for rejection in rejections() {
        let verifier = || Arc::clone(&rejection.verifier);
        let problem = ask(&RequireToken::new(verifier()), &rejection.authorization);
        let response = ask(&RequireToken::grpc(verifier()), &rejection.authorization);
        let headers = response.headers();
        assert_eq!((response.status().as_u16(), &response.body()[..]), (200, ""));
        assert_eq!(headers["content-type"], "application/grpc");
        assert_eq!(headers["grpc-status"], if problem.status() == 503 { "14" } else { "16" });
        assert!(!headers["grpc-message"].is_empty());
        for name in ["www-authenticate", "retry-after"] {
            assert_eq!(headers.get(name), problem.headers().get(name), "{name}");
        }
    }
}

#[test]
fn a_grpc_guard_has_a_hook_and_a_challenge() {
    let options = ChallengeOptions::new().realm("tasks").unwrap();
    let guard = RequireToken::grpc(guard()).challenge(options).require_scope("tasks:read").on_reject(
        |error, request, mut response| {
            assert_eq!(request.uri.path(), "/grpc.health.v1.Health/Check");
            response.headers_mut().insert("reason", HeaderValue::from_static(error.reason()));
            response
        },
    );
    let response = ask(&guard, &[credentials_of("user-a")]);
    let headers = response.headers();
    assert_eq!(
        (&headers["grpc-status"], &headers["reason"]),
        (&"7".parse().unwrap(), &"insufficient_scope".parse().unwrap())
    );
    assert!(headers["www-authenticate"].to_str().unwrap().starts_with("Bearer realm=\"tasks\", "));
    assert_eq!(
        ask(&RequireToken::grpc(crate::support::guard()), &[credentials_of("user-a")]).body(),
        "served"
    );
}

/// Metrics for the whole server, and a role for one of its services.
#[test]
fn the_hook_of_an_outer_grpc_guard_gets_inner_rejections() {
    let inner = RequireToken::<String>::grpc(guard()).require_role("admin");
    let outer = RequireToken::grpc(guard()).challenge(ChallengeOptions::new().realm("tasks").unwrap());
    let outer = outer.on_reject(|error, request, mut response| {
        let user = request.extensions.get::<Identity>().unwrap().user_id();
        let reason = format!("{} {user}", error.reason());
        response.headers_mut().insert("reason", reason.parse().unwrap());
        response
    });
    let service = service_fn(async |_| Ok::<_, Infallible>(Response::new("served".to_owned())));
    let service = outer.layer(inner.layer(service));
    let request = Request::post("/").header("authorization", credentials_of("user-a"));
    let response = pollster::block_on(service.oneshot(request.body(String::new()).unwrap())).unwrap();
    let headers = response.headers();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (200, ""));
    assert_eq!(headers["grpc-status"], "7");
    assert_eq!(headers["reason"], "insufficient_role user-a");
    assert!(headers["www-authenticate"].to_str().unwrap().starts_with("Bearer realm=\"tasks\", "));
}

#[test]
fn a_guard_for_problems_leaves_grpc_as_it_is() {
    let inner = RequireToken::<String>::grpc(guard()).require_role("admin");
    let outer = RequireToken::<String>::new(guard()).on_reject(|_, _, response| response);
    let service = service_fn(async |_| Ok::<_, Infallible>(Response::new("served".to_owned())));
    let request = Request::post("/").header("authorization", credentials_of("user-a"));
    let service = outer.layer(inner.layer(service));
    let response = pollster::block_on(service.oneshot(request.body(String::new()).unwrap())).unwrap();
    assert_eq!(response.headers()["content-type"], "application/grpc");
    assert_eq!(response.body(), "");
}

/// The address of the example, in a guard of its own.
fn start(guard: RequireToken<Body>) -> SocketAddr {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = incoming.local_addr().unwrap();
    tokio::spawn(serve(incoming, guard));
    address
}

struct Client(HealthClient<Channel>);

impl Client {
    async fn of(guard: RequireToken<Body>) -> Self {
        let address = start(guard);
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        Self(HealthClient::new(endpoint.connect().await.unwrap()))
    }

    fn request(authorization: Option<&str>) -> tonic::Request<HealthCheckRequest> {
        let mut request = tonic::Request::new(HealthCheckRequest { service: String::new() });
        if let Some(value) = authorization {
            request.metadata_mut().insert("authorization", value.parse().unwrap());
        }
        request
    }

    /// The user that the service knows.
    async fn check(&mut self, authorization: Option<&str>) -> Result<String, Status> {
        let response = self.0.check(Self::request(authorization)).await?;
        Ok(response.metadata().get("user-id").unwrap().to_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn tonic_knows_the_user_and_requires_roles_itself() {
    let mut client = Client::of(RequireToken::grpc(guard())).await;
    let user = credentials_of("user-a");
    assert_eq!(client.check(Some(&user)).await.unwrap(), "user-a");
    let denied = client.0.watch(Client::request(Some(&user))).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    assert_eq!(denied.message(), "the user does not have the role \"admin\"");
    let admin = format!("Bearer {}", hs256(&claims_with("role", Some(json!("admin")))));
    let mut stream = client.0.watch(Client::request(Some(&admin))).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
}

#[tokio::test]
async fn a_tonic_client_gets_unauthenticated() {
    let mut client = Client::of(RequireToken::grpc(guard())).await;
    let expired = format!("Bearer {}", hs256(&claims_with("exp", Some(json!(3600)))));
    let foreign = format!("Bearer {}", hs256(&claims_with("iss", Some(json!("https://\u{e9}.test/100%")))));
    for (authorization, message) in [
        (None, "a bearer token is required"),
        (Some("Bearer a.b"), "the token does not have three parts: header, payload and signature"),
        (Some(&expired[..]), "the token expired at 1970-01-01T01:00:00Z"),
        (Some(&foreign[..]), "100%"),
    ] {
        let status = client.check(authorization).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated, "{status:?}");
        assert!(status.message().contains(message), "{status:?}");
        let challenge = status.metadata().get("www-authenticate").unwrap().to_str().unwrap();
        assert!(challenge.starts_with("Bearer"), "{status:?}");
    }
}

#[tokio::test]
async fn a_tonic_client_gets_permission_denied() {
    let mut client = Client::of(RequireToken::grpc(guard()).require_scope("tasks:read")).await;
    let status = client.check(Some(&credentials_of("user-a"))).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    assert_eq!(status.message(), "the token does not have the scope \"tasks:read\"");
    let granted = format!("Bearer {}", hs256(&claims_with("scope", Some(json!("tasks:read")))));
    assert_eq!(client.check(Some(&granted)).await.unwrap(), "user-a");
}

#[tokio::test]
async fn a_tonic_client_gets_unavailable() {
    let down: Arc<dyn TokenVerifier> = Arc::new(jwks(&ScriptedSource::down()));
    let mut client = Client::of(RequireToken::grpc(down)).await;
    let token = format!("Bearer {}", SigningKey::ed25519().token("ed1", &claims()));
    let status = client.check(Some(&token)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let seconds: u64 = status.metadata().get("retry-after").unwrap().to_str().unwrap().parse().unwrap();
    assert!(seconds > 0, "{status:?}");
    assert!(status.metadata().get("www-authenticate").is_none(), "{status:?}");
}

#[tokio::test]
async fn an_optional_grpc_guard_lets_the_method_decide() {
    let mut client = Client::of(RequireToken::grpc(guard()).optional()).await;
    assert_eq!(client.check(None).await.unwrap_err().message(), "the guard is missing");
    assert_eq!(client.check(Some("Bearer a.b")).await.unwrap_err().code(), Code::Unauthenticated);
}

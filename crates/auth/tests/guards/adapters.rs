//! The same routes behind the guard of each adapter.
//!
//! `/user` takes the identity and responds with the user's id, `/maybe` does so when there is one; `/error` responds with
//! an [`AuthError`] of its own; `/plan` takes a claim, and `/write` requires the scope `tasks:write` itself.

use std::convert::Infallible;

use ::actix_web::test::{TestRequest, call_service, init_service};
use ::actix_web::{App, web};
use ::axum::Router;
use ::axum::body::{Body, to_bytes};
use ::axum::response::IntoResponse;
use ::axum::routing::get;
use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use tasknook_auth::{
    AccessDenied, AuthError, Claims, CredentialsError, Identity, MaybeIdentity, actix, axum,
};

/// One guard per adapter, each with the same settings. That of tower is around a service without a framework.
pub(crate) struct Guards {
    pub(crate) actix: actix::RequireToken,
    pub(crate) axum: axum::RequireToken<Body>,
    pub(crate) tower: axum::RequireToken<String>,
}

/// The guards with this verifier, each changed by the same calls.
macro_rules! guards {
    ($verifier:expr $(, $($calls:tt)+)?) => {{
        let verifier = $verifier;
        $crate::adapters::Guards {
            actix: tasknook_auth::actix::RequireToken::new(std::sync::Arc::clone(&verifier))$($($calls)+)?,
            axum: tasknook_auth::axum::RequireToken::new(std::sync::Arc::clone(&verifier))$($($calls)+)?,
            tower: tasknook_auth::tower::RequireToken::new(verifier)$($($calls)+)?,
        }
    }};
}
pub(crate) use guards;

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) adapter: &'static str,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The values of a header.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let headers = self.headers.iter().filter(|(header, _)| header == name);
        headers.map(|(_, value)| value.as_str()).collect()
    }
}

type Header = (&'static str, String);

fn headers_of(authorization: &[String]) -> Vec<Header> {
    authorization.iter().map(|value| ("authorization", value.clone())).collect()
}

/// The responses to a request for `path` with these `Authorization` headers. The service of tower has no extractors, so
/// that only `/maybe` and, in a guard that requires a token, `/user` are the same in it.
pub(crate) fn ask(guards: &Guards, path: &str, authorization: &[String]) -> Vec<Answer> {
    ask_with(guards, path, &headers_of(authorization))
}

pub(crate) fn ask_with(guards: &Guards, path: &str, headers: &[Header]) -> Vec<Answer> {
    vec![
        ask_actix(guards, path, headers),
        ask_axum_with(guards, path, headers),
        ask_tower(guards, path, headers),
    ]
}

pub(crate) fn ask_frameworks(guards: &Guards, path: &str, authorization: &[String]) -> Vec<Answer> {
    vec![ask_actix(guards, path, &headers_of(authorization)), ask_axum(guards, path, authorization)]
}

pub(crate) fn ask_axum(guards: &Guards, path: &str, authorization: &[String]) -> Answer {
    ask_axum_with(guards, path, &headers_of(authorization))
}

#[derive(serde::Deserialize)]
struct Account {
    plan: String,
}

async fn plan(Claims(account): Claims<Account>) -> String {
    account.plan
}

async fn write(user: Identity) -> Result<&'static str, AccessDenied> {
    user.require_scope("tasks:write")?;
    Ok("written")
}

async fn maybe(MaybeIdentity(user): MaybeIdentity) -> String {
    user.as_ref().map_or("anonymous", Identity::user_id).to_owned()
}

fn own_error() -> AuthError {
    CredentialsError::InvalidToken.into()
}

fn ask_actix(guards: &Guards, path: &str, headers: &[Header]) -> Answer {
    ::actix_web::rt::System::new().block_on(async {
        let routes = web::scope("")
            .wrap(guards.actix.clone())
            .route("/user", web::get().to(async |user: Identity| user.user_id().to_owned()))
            .route("/maybe", web::get().to(maybe))
            .route("/plan", web::get().to(plan))
            .route("/write", web::get().to(write))
            .route("/error", web::get().to(async || Err::<String, _>(own_error())));
        let app = init_service(App::new().service(routes)).await;
        let request = headers
            .iter()
            .fold(TestRequest::get().uri(path), |request, (name, value)| {
                request.append_header((*name, value.as_str()))
            })
            .to_request();
        let response = call_service(&app, request).await;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let body = ::actix_web::body::to_bytes(response.into_body()).await.unwrap();
        Answer { adapter: "actix", status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    })
}

fn request<B>(path: &str, headers: &[Header], body: B) -> Request<B> {
    let builder =
        headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, value));
    builder.body(body).unwrap()
}

fn ask_axum_with(guards: &Guards, path: &str, headers: &[Header]) -> Answer {
    let app = Router::new()
        .route("/user", get(async |user: Identity| user.user_id().to_owned()))
        .route("/maybe", get(maybe))
        .route("/option", get(async |user: Option<Identity>| maybe(MaybeIdentity(user)).await))
        .route("/plan", get(plan))
        .route("/write", get(write))
        .route("/error", get(async || own_error().into_response()))
        .layer(guards.axum.clone());
    pollster::block_on(async {
        let response = app.oneshot(request(path, headers, Body::empty())).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        answer("axum", Response::from_parts(head, String::from_utf8(body).unwrap()))
    })
}

fn ask_tower(guards: &Guards, path: &str, headers: &[Header]) -> Answer {
    let service = service_fn(async |request: Request<String>| {
        let user = request.extensions().get::<Identity>();
        let body = user.map_or("anonymous", Identity::user_id).to_owned();
        Ok::<_, Infallible>(Response::new(body))
    });
    let service = guards.tower.layer(service);
    let request = request(path, headers, String::new());
    answer("tower", pollster::block_on(service.oneshot(request)).unwrap())
}

fn answer(adapter: &'static str, response: Response<String>) -> Answer {
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    Answer { adapter, status: response.status().as_u16(), headers, body: response.into_body() }
}

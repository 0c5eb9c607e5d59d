use axum::body::{Body, to_bytes};
use axum::middleware::map_response;
use axum::routing::{any, get};
use axum::{Extension, Router};
use http::{HeaderMap, HeaderValue, Request};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tower::ServiceExt;

use super::*;
use crate::support::{assert_missing_guard, credentials_of, guard, logged, rejections};

/// Counts its calls, and responds with the user's id and the body.
async fn echo(Extension(calls): Extension<Arc<AtomicU32>>, caller: Identity, body: String) -> String {
    calls.fetch_add(1, Ordering::SeqCst);
    format!("{} {body}", caller.user_id())
}

fn routes(calls: &Arc<AtomicU32>) -> Router {
    Router::new().route("/echo", any(echo)).layer(Extension(Arc::clone(calls)))
}

fn request(path: &str, authorization: &[String]) -> Request<Body> {
    let mut request = Request::new(Body::from("a body"));
    *request.uri_mut() = path.parse().unwrap();
    for value in authorization {
        request.headers_mut().append("authorization", value.parse().unwrap());
    }
    request
}

fn ask(app: Router, request: Request<Body>) -> (u16, HeaderMap, Vec<u8>) {
    pollster::block_on(async {
        let (head, body) = app.oneshot(request).await.unwrap().into_parts();
        (head.status.as_u16(), head.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    })
}

#[test]
fn a_good_token_reaches_the_handler_with_its_identity() {
    let calls = Arc::new(AtomicU32::new(0));
    let app = routes(&calls).layer(RequireToken::new(guard()));
    let (status, _, body) = ask(app, request("/echo", &[credentials_of("user-a")]));
    assert_eq!((status, &body[..]), (200, b"user-a a body".as_slice()));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn rejections_pass_outer_layers_and_skip_the_handler() {
    for rejection in rejections() {
        let calls = Arc::new(AtomicU32::new(0));
        let outer = async |mut response: Response| {
            response.headers_mut().insert("x-outer", HeaderValue::from_static("applied"));
            response
        };
        let guard = RequireToken::new(Arc::clone(&rejection.verifier));
        let app = routes(&calls).layer(guard).layer(map_response(outer));
        let (status, headers, body) = ask(app, request("/echo", &rejection.authorization));
        let values = |name: &str| {
            let values = headers.get_all(name).iter();
            values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        rejection.assert_is(status, values, &body);
        assert_eq!((values("x-outer"), calls.load(Ordering::SeqCst)), (vec!["applied".to_owned()], 0));
    }
}

#[test]
fn a_missing_guard_is_a_bare_500_and_logged() {
    let calls = Arc::new(AtomicU32::new(0));
    let lines = logged(|| {
        let (status, _, body) = ask(routes(&calls), request("/echo", &[credentials_of("user-a")]));
        assert_missing_guard(status, &body);
    });
    assert_eq!((lines.len(), calls.load(Ordering::SeqCst)), (1, 0), "{lines:?}");
    assert!(lines[0].starts_with("ERROR") && lines[0].contains("RequireToken"), "{lines:?}");
    assert!(lines[0].contains("path=/echo"), "{lines:?}");
}

#[test]
fn a_route_beside_the_layer_sees_no_identity() {
    let seen = async |request: Request<Body>| request.extensions().get::<Identity>().is_some().to_string();
    let guarded = Router::new().route("/guarded", get(seen)).layer(RequireToken::new(guard()));
    let app = guarded.route("/open", get(seen));
    for (path, expected) in [("/guarded", "true"), ("/open", "false"), ("/guarded", "true")] {
        let (status, _, body) = ask(app.clone(), request(path, &[credentials_of("user-a")]));
        assert_eq!((status, &body[..]), (200, expected.as_bytes()), "{path}");
    }
}

#[test]
fn a_path_that_does_not_exist_is_guarded_too() {
    let app = routes(&Arc::default()).layer(RequireToken::new(guard()));
    assert_eq!(ask(app, request("/other", &[])).0, 401);
}

#[test]
fn a_nested_router_guards_unknown_paths_with_a_fallback() {
    let missing = async || http::StatusCode::NOT_FOUND;
    let (plain, with_fallback) = (routes(&Arc::default()), routes(&Arc::default()).fallback(missing));
    for (api, unknown) in [(plain, 404), (with_fallback, 401)] {
        let app = Router::new().nest("/api", api.layer(RequireToken::new(guard())));
        assert_eq!(ask(app.clone(), request("/api/echo", &[])).0, 401);
        assert_eq!(ask(app.clone(), request("/api/other", &[])).0, unknown);
        assert_eq!(ask(app, request("/api/other", &[credentials_of("user-a")])).0, 404);
    }
}

#[test]
fn a_handler_can_return_the_same_rejection() {
    let response = AuthError::from(crate::CredentialsError::Malformed).into_response();
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["content-type"], AuthError::PROBLEM_TYPE);
}

//! `on_reject`: what the function receives, and for which responses it is called.

use std::convert::Infallible;
use std::sync::Arc;

use ::actix_web::body::BoxBody;
use ::actix_web::dev::Service;
use ::actix_web::http::header::{HeaderName as ActixHeaderName, HeaderValue as ActixHeaderValue};
use ::actix_web::test::{TestRequest, call_service, init_service, read_body};
use ::actix_web::{App, HttpMessage, HttpRequest, HttpResponse, web};
use ::axum::Router;
use ::axum::body::Body;
use ::axum::routing::get;
use http::header::HeaderValue;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use serde_json::Value;
use tower::{Layer, ServiceExt};

use tasknook_auth::actix::RequireToken as ActixRequireToken;
use tasknook_auth::tower::RequireToken;
use tasknook_auth::{AuthError, CredentialsError, Identity, TokenVerifier};

use crate::adapters::{Answer, Guards, ask, ask_frameworks, guards};
use crate::support::{credentials_of, guard, rejections};

fn note(error: &AuthError, path: &str, user: Option<&Identity>) -> String {
    let user = user.map_or_else(String::new, |user| format!(" {}", user.user_id()));
    format!("{} {path}{user}", error.reason())
}

/// Adds a header with the reason and the path.
pub(crate) fn add_header<R>(error: &AuthError, request: &Parts, mut response: Response<R>) -> Response<R> {
    response
        .headers_mut()
        .insert("x-note", note(error, request.uri.path(), request.extensions.get()).parse().unwrap());
    response
}

pub(crate) fn actix_add_header(
    error: &AuthError,
    request: &HttpRequest,
    mut response: HttpResponse,
) -> HttpResponse {
    let value = ActixHeaderValue::try_from(note(error, request.path(), request.extensions().get())).unwrap();
    response.headers_mut().insert(ActixHeaderName::from_static("x-note"), value);
    response
}

pub(crate) fn adding_a_header(verifier: Arc<dyn TokenVerifier>) -> Guards {
    let Guards { actix, axum, tower } = guards!(verifier);
    Guards {
        actix: actix.on_reject(actix_add_header),
        axum: axum.on_reject(add_header),
        tower: tower.on_reject(add_header),
    }
}

/// The response without the header of the hook.
fn without_note(answer: Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut headers = answer.headers;
    headers.retain(|(name, _)| name != "x-note" && name != "content-length");
    headers.sort();
    (answer.status, headers, serde_json::from_str(&answer.body).unwrap())
}

#[test]
fn the_hook_gets_the_request_and_the_default_response() {
    for rejection in rejections() {
        let plain = ask(&guards!(Arc::clone(&rejection.verifier)), "/user", &rejection.authorization);
        let answers =
            ask(&adding_a_header(Arc::clone(&rejection.verifier)), "/user", &rejection.authorization);
        for (answer, plain) in answers.into_iter().zip(plain) {
            let code = serde_json::from_str::<Value>(&answer.body).unwrap()["code"].clone();
            let note = format!("{} /user", code.as_str().unwrap());
            assert_eq!(answer.values("x-note"), [note], "{answer:?}");
            assert_eq!(without_note(answer), without_note(plain));
        }
    }
}

#[test]
fn the_hook_is_not_called_for_a_good_token() {
    for answer in ask(&adding_a_header(guard()), "/user", &[credentials_of("user-a")]) {
        assert_eq!((answer.status, &answer.body[..]), (200, "user-a"), "{answer:?}");
        assert!(answer.values("x-note").is_empty(), "{answer:?}");
    }
}

#[test]
fn the_hook_gets_the_errors_of_handlers_too() {
    for answer in ask_frameworks(&adding_a_header(guard()), "/error", &[credentials_of("user-a")]) {
        assert_eq!(answer.status, 401, "{answer:?}");
        assert_eq!(answer.values("x-note"), ["invalid_characters /error user-a"], "{answer:?}");
        assert_eq!(answer.values("cache-control"), ["no-store"], "{answer:?}");
    }
}

#[test]
fn the_hook_gets_the_identity_of_a_user_without_access() {
    let Guards { actix, axum, tower } = adding_a_header(guard());
    let guards = Guards {
        actix: actix.require_role("admin"),
        axum: axum.require_role("admin"),
        tower: tower.require_role("admin"),
    };
    for answer in ask(&guards, "/user", &[credentials_of("user-a")]) {
        assert_eq!(answer.status, 403, "{answer:?}");
        assert_eq!(answer.values("x-note"), ["insufficient_role /user user-a"], "{answer:?}");
    }
}

/// Someone will log the whole request.
#[test]
fn the_request_of_the_hook_shows_no_token() {
    let debug = |_: &AuthError, request: &Parts, _: Response<String>| Response::new(format!("{request:?}"));
    let guard = RequireToken::new(guard()).require_role("admin").on_reject(debug);
    let service = guard.layer(tower::service_fn(async |_| Ok::<_, Infallible>(Response::new(String::new()))));
    let credentials = credentials_of("user-a");
    let request = Request::get("/").header("authorization", &credentials).header("cookie", &credentials);
    let request = request.body(String::new()).unwrap();
    let shown = pollster::block_on(service.oneshot(request)).unwrap().into_body();
    assert!(shown.contains("authorization") && !shown.contains("Bearer"), "{shown}");
}

#[test]
fn the_hook_can_replace_the_response() {
    let Guards { actix, axum, tower } = guards!(guard());
    let replace = |status: StatusCode| {
        let mut response = Response::new("teapot".to_owned());
        *response.status_mut() = status;
        response
    };
    let guards = Guards {
        actix: actix.on_reject(|_, _, _| {
            let response = HttpResponse::ImATeapot().insert_header(("x-own", "yes")).finish();
            response.set_body(BoxBody::new("teapot"))
        }),
        axum: axum.on_reject(move |_, _, _| {
            let mut response = replace(StatusCode::IM_A_TEAPOT);
            response.headers_mut().insert("x-own", HeaderValue::from_static("yes"));
            response.map(From::from)
        }),
        tower: tower.on_reject(move |_, _, _| {
            let mut response = replace(StatusCode::IM_A_TEAPOT);
            response.headers_mut().insert("x-own", HeaderValue::from_static("yes"));
            response
        }),
    };
    let open = [credentials_of("user-a")];
    for answer in [ask(&guards, "/user", &[]), ask_frameworks(&guards, "/error", &open)].concat() {
        assert_eq!((answer.status, &answer.body[..]), (418, "teapot"), "{}", answer.adapter);
        assert_eq!(answer.values("x-own"), ["yes"]);
        assert!(answer.values("www-authenticate").is_empty(), "{answer:?}");
    }
}

/// A layer around a whole router sees a response that has its length already.
#[test]
fn the_length_of_a_replaced_body_is_not_the_old_one() {
    let router = Router::new().route("/error", get(async || AuthError::from(CredentialsError::Malformed)));
    let guard = RequireToken::new(guard()).on_reject(|_, _, response| response.map(|_| Body::from("short")));
    let request = Request::get("/error").header("authorization", credentials_of("user-a"));
    let response = pollster::block_on(guard.layer(router).oneshot(request.body(Body::empty()).unwrap()));
    let response = response.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers().get("content-length"), None);
}

/// As compression within does: another body, and a header about it.
#[actix_web::test]
async fn a_body_that_was_changed_within_is_the_default_one_again() {
    let authorization = || ("authorization", credentials_of("user-a"));
    let check = |status: u16, encoding: bool, body: &str| {
        assert_eq!((status, encoding), (400, false));
        assert_eq!(serde_json::from_str::<Value>(body).unwrap()["code"], "malformed_credentials");
    };

    let compress = |mut response: Response<Body>| {
        response.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
        response.map(|_| Body::from("compressed"))
    };
    let in_axum = async {
        let guard = RequireToken::new(guard()).on_reject(|_, _, response| response);
        let router = Router::new()
            .route("/error", get(async || AuthError::from(CredentialsError::Malformed)))
            .layer(tower::util::MapResponseLayer::new(compress));
        let (name, value) = authorization();
        let request = Request::get("/error").header(name, value).body(Body::empty()).unwrap();
        let response = guard.layer(router).oneshot(request).await.unwrap();
        let (status, encoding) =
            (response.status().as_u16(), response.headers().contains_key("content-encoding"));
        let body = ::axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        check(status, encoding, std::str::from_utf8(&body).unwrap());
    };
    let in_actix = async {
        let guard = ActixRequireToken::new(guard()).on_reject(|_, _, response| response);
        let app = App::new()
            .route(
                "/error",
                web::get().to(async || Err::<&str, _>(AuthError::from(CredentialsError::Malformed))),
            )
            .wrap_fn(move |request, service| {
                let response = service.call(request);
                async move {
                    let mut response = response.await?.map_body(|_, _| BoxBody::new("compressed"));
                    let gzip = ActixHeaderValue::from_static("gzip");
                    response.headers_mut().insert(ActixHeaderName::from_static("content-encoding"), gzip);
                    Ok(response)
                }
            })
            .wrap(guard);
        let app = init_service(app).await;
        let request = TestRequest::with_uri("/error").insert_header(authorization()).to_request();
        let response = call_service(&app, request).await;
        let (status, encoding) =
            (response.status().as_u16(), response.headers().contains_key("content-encoding"));
        check(status, encoding, std::str::from_utf8(&read_body(response).await).unwrap());
    };
    in_axum.await;
    in_actix.await;
}

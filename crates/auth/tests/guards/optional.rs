//! `optional`: a request without a token passes, one with an invalid token never does.

use std::convert::Infallible;
use std::sync::Arc;

use ::actix_web::test::{TestRequest, call_service, init_service};
use ::actix_web::{App, web};
use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use tasknook_auth::tower::RequireToken;
use tasknook_auth::{Identity, MaybeIdentity, TokenVerifier};

use crate::adapters::{ask, ask_axum, ask_frameworks, guards};
use crate::support::{claims, credentials_of, guard, hs256, rejections, shared_secret, verify};

fn missing() -> Vec<Vec<String>> {
    [&[][..], &[""], &["Basic dTpw"]]
        .map(|values| values.iter().map(|&value| value.to_owned()).collect())
        .to_vec()
}

#[test]
fn a_missing_token_passes_as_nobody() {
    for authorization in missing() {
        let guards = guards!(guard(), .optional());
        for answer in ask(&guards, "/maybe", &authorization) {
            assert_eq!((answer.status, &answer.body[..]), (200, "anonymous"), "{answer:?}");
        }
        assert_eq!(ask_axum(&guards, "/option", &authorization).body, "anonymous");
    }
}

#[test]
fn a_good_token_gives_its_identity() {
    let guards = guards!(guard(), .optional());
    let good = [credentials_of("user-a")];
    let answers = [ask(&guards, "/maybe", &good), ask(&guards, "/user", &good)].concat();
    for answer in answers.iter().chain(&[ask_axum(&guards, "/option", &good)]) {
        assert_eq!((answer.status, &answer.body[..]), (200, "user-a"), "{answer:?}");
    }
}

#[test]
fn an_invalid_token_is_rejected_as_by_any_guard() {
    let is_missing = |authorization: &Vec<String>| missing().contains(authorization);
    for rejection in rejections().into_iter().filter(|rejection| !is_missing(&rejection.authorization)) {
        let required = ask(&guards!(Arc::clone(&rejection.verifier)), "/maybe", &rejection.authorization);
        let optional =
            ask(&guards!(Arc::clone(&rejection.verifier), .optional()), "/maybe", &rejection.authorization);
        for (optional, required) in optional.iter().zip(&required) {
            assert!(optional.status >= 400, "{optional:?}");
            assert_eq!((optional.status, &optional.body), (required.status, &required.body));
            assert_eq!(optional.values("www-authenticate"), required.values("www-authenticate"));
        }
    }
}

#[test]
fn a_handler_that_takes_an_identity_stays_closed() {
    for authorization in missing() {
        let answers = ask_frameworks(&guards!(guard(), .optional()), "/user", &authorization);
        for (answer, required) in answers.iter().zip(ask(&guards!(guard()), "/user", &authorization)) {
            assert_eq!((answer.status, &answer.body), (401, &required.body), "{answer:?}");
            assert_eq!(answer.values("www-authenticate"), ["Bearer"], "{answer:?}");
        }
    }
}

#[test]
fn the_identity_of_an_outer_guard_does_not_pass() {
    let service = service_fn(async |request: Request<String>| {
        let is_known = request.extensions().get::<Identity>().is_some();
        Ok::<_, Infallible>(Response::new(is_known.to_string()))
    });
    let mut request = Request::new(String::new());
    request.extensions_mut().insert(verify(&shared_secret(), &hs256(&claims())).unwrap());
    let service = RequireToken::new(guard()).optional().layer(service);
    assert_eq!(pollster::block_on(service.oneshot(request)).unwrap().body(), "false");
}

#[test]
fn actix_verifies_an_optional_token_without_a_guard() {
    let maybe = async |MaybeIdentity(user): MaybeIdentity, _: MaybeIdentity| user.is_some().to_string();
    ::actix_web::rt::System::new().block_on(async {
        let app = App::new().app_data(web::Data::<dyn TokenVerifier>::from(guard()));
        let app = init_service(app.route("/maybe", web::get().to(maybe))).await;
        let good = credentials_of("user-a");
        for (header, expected) in [(None, 200), (Some(&good[..]), 200), (Some("Bearer a.b"), 401)] {
            let request = TestRequest::get().uri("/maybe");
            let request = header
                .into_iter()
                .fold(request, |request, value| request.append_header(("authorization", value)));
            let response = call_service(&app, request.to_request()).await;
            assert_eq!(response.status().as_u16(), expected, "{header:?}");
            if expected == 200 {
                let body = ::actix_web::body::to_bytes(response.into_body()).await.unwrap();
                assert_eq!(body, header.is_some().to_string());
            }
        }
    });
}

#[test]
fn an_optional_identity_without_a_guard_is_a_bare_500() {
    let app = ::axum::Router::new()
        .route("/maybe", ::axum::routing::get(async |_: MaybeIdentity| "open"))
        .route("/option", ::axum::routing::get(async |_: Option<Identity>| "open"));
    for path in ["/maybe", "/option"] {
        let request = Request::get(path).body(::axum::body::Body::empty()).unwrap();
        let response = pollster::block_on(app.clone().oneshot(request)).unwrap();
        assert_eq!(response.status(), 500, "{path}");
    }
}

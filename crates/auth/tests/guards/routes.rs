//! The examples with routes of different needs: who may use which route, and where the headers of CORS are.

use ::actix_web::App;
use ::actix_web::http::Method as ActixMethod;
use ::actix_web::test::{TestRequest, call_service, init_service};
use ::axum::body::Body;
use http::{HeaderMap, Request};
use serde_json::json;
use tower::ServiceExt;

use tasknook_auth::testing::{TestIssuer, bearer};

use crate::{actix_routes, axum_routes};

const ORIGIN: &str = "https://app.example.test";

/// The status of a request, and its headers of CORS.
type Answer = (u16, Option<String>);

fn answer(status: u16, headers: impl Fn(&str) -> Option<String>) -> Answer {
    (status, headers("access-control-allow-origin"))
}

/// The answers of both examples to a request of a browser.
async fn ask(issuer: &TestIssuer, method: &str, path: &str, token: Option<&str>) -> [Answer; 2] {
    let mut headers = vec![("origin", ORIGIN.to_owned())];
    if method == "OPTIONS" {
        headers.push(("access-control-request-method", "GET".to_owned()));
        headers.push(("access-control-request-headers", "authorization".to_owned()));
    }
    headers.extend(token.map(|token| ("authorization", bearer(token))));

    let request =
        headers.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| {
            request.header(*name, value)
        });
    let app = axum_routes::app(&issuer.verifier(), ORIGIN.parse().unwrap());
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let text =
        |headers: &HeaderMap, name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let axum = answer(response.status().as_u16(), |name| text(response.headers(), name));

    let app = App::new().configure(actix_routes::routes(issuer.verifier())).wrap(actix_routes::cors(ORIGIN));
    let app = init_service(app).await;
    let request = headers
        .iter()
        .fold(TestRequest::with_uri(path), |request, (name, value)| {
            request.insert_header((*name, value.as_str()))
        })
        .method(ActixMethod::from_bytes(method.as_bytes()).unwrap());
    let response = call_service(&app, request.to_request()).await;
    let actix = answer(response.status().as_u16(), |name| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    });
    [axum, actix]
}

#[actix_web::test]
async fn example_routes_are_open_to_those_they_are_for() {
    let issuer = TestIssuer::with_key_set();
    let user = issuer.token("user-a");
    let reader = issuer.builder("user-a").claim("scope", json!("reports:read")).sign();
    let admin = issuer.builder("user-a").claim("role", json!("admin")).sign();
    let expired = issuer.expired_token("user-a");
    // Without a token, by a user, one with the scope, one with the role, and with an expired token.
    for (path, statuses) in [
        ("/api/health", [200, 200, 200, 200, 200]),
        ("/api/greeting", [200, 200, 200, 200, 401]),
        ("/api/me", [401, 200, 200, 200, 401]),
        ("/api/report", [401, 403, 200, 403, 401]),
        ("/api/admin/users", [401, 403, 403, 200, 401]),
    ] {
        let tokens = [None, Some(&user), Some(&reader), Some(&admin), Some(&expired)];
        for (token, status) in tokens.into_iter().zip(statuses) {
            for (adapter, answer) in
                ask(&issuer, "GET", path, token.map(String::as_str)).await.iter().enumerate()
            {
                assert_eq!(answer, &(status, Some(ORIGIN.to_owned())), "{path} {token:?} {adapter}");
            }
        }
    }
}

#[actix_web::test]
async fn preflight_requests_of_example_routes_need_no_token() {
    let issuer = TestIssuer::with_key_set();
    for path in ["/api/me", "/api/report", "/api/admin/users", "/api/greeting", "/api/health"] {
        for answer in ask(&issuer, "OPTIONS", path, None).await {
            assert_eq!(answer, (200, Some(ORIGIN.to_owned())), "{path}");
        }
    }
}

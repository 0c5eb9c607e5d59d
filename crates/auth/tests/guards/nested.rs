//! A guard within another one: which of them finishes a rejection, and which user it is about.

use std::convert::Infallible;

use ::actix_web::test::{TestRequest, call_service, init_service};
use ::actix_web::{App, web};
use ::axum::Router;
use ::axum::body::Body;
use ::axum::routing::get;
use http::{HeaderMap, Request, Response};
use serde_json::json;
use tower::util::MapResponseLayer;
use tower::{Layer, ServiceExt, service_fn};

use tasknook_auth::tower::RequireToken;
use tasknook_auth::{AccessDenied, ChallengeOptions, Identity, TokenSource};

use crate::adapters::{Guards, guards};
use crate::hook::adding_a_header;
use crate::support::{claims_with, credentials_of, guard, hs256};

/// The header of a hook, and the challenge.
type Seen = (String, String);

async fn write(user: Identity) -> Result<&'static str, AccessDenied> {
    user.require_scope("tasks:write")?;
    Ok("written")
}

/// What each adapter responds to a request of user-a in the header and of `inner_token` in the query. The service of tower
/// requires nothing itself.
fn ask(outer: Guards, inner: Guards, inner_token: &str) -> [Seen; 3] {
    let (path, user) = (format!("/?t={inner_token}"), credentials_of("user-a"));
    let actix = ::actix_web::rt::System::new().block_on(async {
        let inner = web::scope("").wrap(inner.actix).route("/", web::get().to(write));
        let app = init_service(App::new().service(web::scope("").wrap(outer.actix).service(inner))).await;
        let request = TestRequest::with_uri(&path).insert_header(("authorization", user.clone()));
        let response = call_service(&app, request.to_request()).await;
        seen(|name| Some(response.headers().get(name)?.to_str().unwrap().to_owned()))
    });
    let app = Router::new().route("/", get(write)).layer(inner.axum).layer(outer.axum);
    let request = Request::get(&path).header("authorization", &user).body(Body::empty()).unwrap();
    let axum = pollster::block_on(app.oneshot(request)).unwrap();

    let service = service_fn(async |_| Ok::<_, Infallible>(Response::new(String::new())));
    let service = outer.tower.layer(inner.tower.layer(service));
    let request = Request::get(&path).header("authorization", &user).body(String::new()).unwrap();
    let tower = pollster::block_on(service.oneshot(request)).unwrap();
    [actix, seen_in(axum.headers()), seen_in(tower.headers())]
}

fn seen_in(headers: &HeaderMap) -> Seen {
    seen(|name| Some(headers.get(name)?.to_str().unwrap().to_owned()))
}

fn seen(header: impl Fn(&str) -> Option<String>) -> Seen {
    (header("x-note").unwrap_or_default(), header("www-authenticate").unwrap_or_default())
}

fn token_of(user: &str) -> String {
    credentials_of(user).replace("Bearer ", "")
}

/// Takes its token from the query, and requires a scope.
fn inner() -> Guards {
    guards!(guard(), .token_source(TokenSource::Query("t".into())).require_scope("tasks:read"))
}

fn realm(name: &str) -> ChallengeOptions {
    ChallengeOptions::new().realm(name).unwrap()
}

#[test]
fn the_outer_hook_gets_the_user_of_the_inner_guard() {
    for (note, challenge) in ask(adding_a_header(guard()), inner(), &token_of("user-b")) {
        assert_eq!(note, "insufficient_scope / user-b");
        assert!(challenge.contains("scope=\"tasks:read\""), "{challenge}");
    }
}

#[test]
fn a_token_that_the_inner_guard_rejects_has_no_user() {
    for token in ["", "a.b"] {
        for (note, _) in ask(adding_a_header(guard()), inner(), token) {
            assert!(note.ends_with(" /"), "{note}");
        }
    }
}

/// The realm of a resource, and the responses of the whole service.
#[test]
fn the_outer_hook_gets_the_inner_challenge() {
    let Guards { actix, axum, tower } = inner();
    let inner = Guards {
        actix: actix.challenge(realm("inner")),
        axum: axum.challenge(realm("inner")),
        tower: tower.challenge(realm("inner")),
    };
    let Guards { actix, axum, tower } = adding_a_header(guard());
    let outer = Guards {
        actix: actix.challenge(realm("outer")),
        axum: axum.challenge(realm("outer")),
        tower: tower.challenge(realm("outer")),
    };
    for (note, challenge) in ask(outer, inner, &token_of("user-b")) {
        assert_eq!(note, "insufficient_scope / user-b");
        assert!(challenge.starts_with("Bearer realm=\"inner\", error="), "{challenge}");
    }
}

#[test]
fn the_innermost_guard_with_a_hook_calls_it() {
    let Guards { actix, axum, tower } = inner();
    let inner = Guards {
        actix: actix.on_reject(|_, _, response| response),
        axum: axum.on_reject(|_, _, response| response),
        tower: tower.on_reject(|_, _, response| response),
    };
    let outer = adding_a_header(guard());
    for (note, challenge) in ask(outer, inner, &token_of("user-b")) {
        assert_eq!(note, "");
        assert!(challenge.starts_with("Bearer error="), "{challenge}");
    }
}

/// A handler within both guards returns the error: of the user of the inner one.
#[test]
fn an_error_of_a_handler_is_about_the_user_of_the_inner_guard() {
    let inner = guards!(guard(), .token_source(TokenSource::Query("t".into())));
    let [actix, axum, _] = ask(adding_a_header(guard()), inner, &token_of("user-b"));
    assert_eq!([actix.0, axum.0], ["insufficient_scope / user-b"; 2]);
}

/// A client that requests what the challenge names gets a token for both guards.
#[test]
fn the_challenge_has_the_scopes_of_all_guards() {
    let outer_scope = || claims_with("scope", Some(json!("tasks")));
    let token = hs256(&outer_scope());
    let outer = guards!(guard(), .token_source(TokenSource::Query("t".into())).require_scope("tasks"));
    for (_, challenge) in ask(outer, inner(), &token) {
        assert!(challenge.ends_with("scope=\"tasks tasks:read\""), "{challenge}");
    }
}

/// To hide a resource, for example.
#[test]
fn a_guard_without_options_leaves_the_challenge_as_it_is() {
    let hide = |mut response: Response<String>| {
        response.headers_mut().remove("www-authenticate");
        response
    };
    let inner = RequireToken::<String>::new(guard()).require_role("admin");
    let service = service_fn(async |_| Ok::<_, Infallible>(Response::new(String::new())));
    let service = MapResponseLayer::new(hide).layer(inner.layer(service));
    let service = RequireToken::<String>::new(guard()).layer(service);
    let request = Request::get("/").header("authorization", credentials_of("user-a"));
    let response = pollster::block_on(service.oneshot(request.body(String::new()).unwrap())).unwrap();
    assert_eq!(response.status(), 403);
    assert!(response.headers().get("www-authenticate").is_none());
}

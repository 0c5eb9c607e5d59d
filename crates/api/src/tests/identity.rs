use super::{app, call};
use crate::routes::api_and_metrics;

/// The routes that need no token. Every other route of the table must reject requests without one.
const PUBLIC: [&str; 8] =
    ["/", "/livez", "/readyz", "/health", "/openapi.json", "/docs", "/docs/{file}", "/metrics"];

/// Method and path of every route that needs a token.
fn protected_routes() -> Vec<(String, String)> {
    let endpoints = api_and_metrics().into_iter().filter(|endpoint| !PUBLIC.contains(&endpoint.path()));
    let routes = endpoints.flat_map(|endpoint| {
        let path = endpoint.path().to_owned();
        let methods: Vec<_> = endpoint.methods().map(str::to_owned).collect();
        methods.into_iter().map(move |method| (method, path.clone()))
    });
    routes.collect()
}

fn path(route: &str, user: &str, id: &str) -> String {
    route.replace("{user_id}", user).replace("{id}", id)
}

#[actix_web::test]
async fn routes_require_a_token_before_anything_else() {
    let app = app(&[]).await;
    let routes = protected_routes();
    assert_eq!(routes.len(), 51, "{routes:?}");
    for (method, route) in routes {
        let response = app.send(call(&method, &path(&route, "alice", "no-id")).json("not json")).await;
        let result = (response.status.as_u16(), response.code());
        assert_eq!(result, (401, "missing_token".into()), "{method} {route}");
        assert_eq!(response.header("www-authenticate"), "Bearer");
        assert!(response.json()["detail"].as_str().unwrap().contains("token"));
    }
}

#[actix_web::test]
async fn routes_reject_invalid_tokens() {
    let app = app(&[]).await;
    for (method, route) in protected_routes() {
        let request = call(&method, &path(&route, "alice", "x")).header("authorization", "Bearer a.b.c");
        let response = app.send(request).await;
        let result = (response.status.as_u16(), response.code());
        assert_eq!(result, (401, "invalid_token".into()), "{method} {route}");
        let challenge = response.header("www-authenticate");
        assert!(challenge.starts_with("Bearer error=\"invalid_token\", error_description=\""), "{challenge}");
    }
}

#[actix_web::test]
async fn routes_reject_paths_of_other_users_before_the_body() {
    let app = app(&[]).await;
    for (method, route) in protected_routes().iter().filter(|(_, route)| route.contains("{user_id}")) {
        for other in ["alice", "BOB", "bob%20", "%ff", "b%00ob"] {
            let request = call(method, &path(route, other, "x")).by("bob").json("not json");
            let response = app.send(request).await;
            let result = (response.status.as_u16(), response.code());
            assert_eq!(result, (403, "other_user".into()), "{method} {route} {other}");
        }
    }
}

#[actix_web::test]
async fn path_user_may_be_percent_encoded() {
    let app = app(&[]).await;
    for (user, path) in
        [("bob", "/api/%62ob/tasks"), ("a/b", "/api/a%2Fb/tasks"), ("zoë", "/api/zo%C3%AB/tasks/")]
    {
        assert_eq!(app.send(call("GET", path).by(user)).await.status, 200, "{path}");
    }
    let of_two = app.send(call("GET", "/api/tasks/tasks").by("tasks")).await;
    assert_eq!(of_two.code(), "task_not_found", "the path without a user counts");
}

#[actix_web::test]
async fn tasks_of_others_look_nonexistent() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"hers"}"#).await;
    for (method, route) in protected_routes().iter().filter(|(_, route)| route.contains("{id}")) {
        let ask = async |id: &str| {
            let request = call(method, &path(route, "bob", id)).by("bob");
            let body = if route.ends_with("/move") { r#"{"to":"last"}"# } else { "{}" };
            app.send(if method == "GET" { request } else { request.json(body) }).await
        };
        let hers = ask(&id).await;
        let code = if route.contains("/lists") { "list_not_found" } else { "task_not_found" };
        assert_eq!((hers.status.as_u16(), hers.code()), (404, code.into()), "{method} {route}");
        for never in ["00000000-0000-7000-8000-0000000000ff", "1", "%ff", "a%2Fb", "{x}"] {
            let response = ask(never).await;
            assert_eq!(response.status, 404, "{never}");
            assert_eq!(response.body, hers.body, "{method} {never}");
        }
    }
    let hers = app.send(call("GET", &format!("/api/tasks/{id}")).by("alice")).await;
    assert_eq!(hers.json()["title"], "hers");
}

#[actix_web::test]
async fn user_id_in_the_body_is_ignored() {
    let app = app(&[]).await;
    let body = r#"{"title":"x","user_id":"bob","id":"00000000-0000-7000-8000-0000000000ff","created_at":"1970-01-01T00:00:00Z"}"#;
    let response = app.send(call("POST", "/api/alice/tasks").by("alice").json(body)).await;
    assert_eq!(response.json()["user_id"], "alice");
    assert_eq!(response.json()["created_at"], "2026-11-21T09:15:17.465Z");
    assert_eq!(app.send(call("GET", "/api/tasks").by("bob")).await.body.as_ref(), b"[]");
}

#[actix_web::test]
async fn malformed_credentials_are_400_and_other_schemes_401() {
    let app = app(&[]).await;
    let good = format!("Bearer {}", super::token("alice"));
    let twice = call("GET", "/api/tasks").header("authorization", &good).header("authorization", &good);
    assert_eq!(app.send(twice).await.code(), "malformed_credentials");
    for (value, code) in [
        (format!("{good}, {good}"), "malformed_credentials"),
        (good.replace(' ', "\t"), "malformed_credentials"),
        ("Basic dTpw".into(), "missing_token"),
        (String::new(), "missing_token"),
        ("Bearer".into(), "invalid_token"),
        ("Bearer undefined".into(), "invalid_token"),
    ] {
        let response = app.send(call("GET", "/api/tasks").header("authorization", &value)).await;
        assert_eq!(response.code(), code, "{value}");
    }
    for value in [good.replace("Bearer", "bearer"), good.replace(' ', "  ")] {
        assert_eq!(app.send(call("GET", "/api/tasks").header("authorization", &value)).await.status, 200);
    }
}

use super::{app, call};

/// Every route that needs a token, with `{u}` for the user's part of the path and `{id}` for a task.
const ROUTES: [(&str, &str); 7] = [
    ("GET", "{u}/tasks"),
    ("POST", "{u}/tasks"),
    ("GET", "{u}/tasks/{id}"),
    ("PUT", "{u}/tasks/{id}"),
    ("PATCH", "{u}/tasks/{id}"),
    ("DELETE", "{u}/tasks/{id}"),
    ("PATCH", "{u}/tasks/{id}/complete"),
];

fn path(route: &str, user: &str, id: &str) -> String {
    route.replace("{u}", user).replace("{id}", id)
}

#[actix_web::test]
async fn routes_require_a_token_before_anything_else() {
    let app = app(&[]).await;
    for (method, route) in ROUTES {
        for user in ["/api/alice", "/api"] {
            let response = app.send(call(method, &path(route, user, "no-id")).json("not json")).await;
            assert_eq!(
                (response.status.as_u16(), response.code()),
                (401, "missing_token".into()),
                "{method} {route}"
            );
            assert_eq!(response.header("www-authenticate"), "Bearer");
            assert!(response.json()["detail"].as_str().unwrap().contains("token"));
        }
    }
}

#[actix_web::test]
async fn routes_reject_invalid_tokens() {
    let app = app(&[]).await;
    for (method, route) in ROUTES {
        let request = call(method, &path(route, "/api/alice", "x")).header("authorization", "Bearer a.b.c");
        let response = app.send(request).await;
        assert_eq!(
            (response.status.as_u16(), response.code()),
            (401, "invalid_token".into()),
            "{method} {route}"
        );
        assert!(
            response
                .header("www-authenticate")
                .starts_with("Bearer error=\"invalid_token\", error_description=\"")
        );
    }
}

#[actix_web::test]
async fn routes_reject_paths_of_other_users_before_the_body() {
    let app = app(&[]).await;
    for (method, route) in ROUTES {
        for other in ["/api/alice", "/api/BOB", "/api/bob%20", "/api/%ff", "/api/b%00ob"] {
            let response = app.send(call(method, &path(route, other, "x")).by("bob").json("not json")).await;
            assert_eq!(
                (response.status.as_u16(), response.code()),
                (403, "other_user".into()),
                "{method} {other}"
            );
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
    assert_eq!(app.send(call("GET", "/api/tasks/tasks").by("tasks")).await.status, 200);
}

#[actix_web::test]
async fn tasks_of_others_look_nonexistent() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"hers"}"#).await;
    for (method, route) in ROUTES.into_iter().filter(|(_, route)| route.contains("{id}")) {
        let ask = async |id: &str| {
            let request = call(method, &path(route, "/api/bob", id)).by("bob");
            app.send(if method == "GET" { request } else { request.json("{}") }).await
        };
        let hers = ask(&id).await;
        assert_eq!((hers.status.as_u16(), hers.code()), (404, "task_not_found".into()), "{method} {route}");
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

use super::{app, call};

const ORIGIN: &str = "https://app.example";
const CORS: (&str, &str) = ("cors.origins", ORIGIN);

#[actix_web::test]
async fn preflight_needs_no_token_and_is_cacheable() {
    let app = app(&[CORS]).await;
    let preflight = call("OPTIONS", "/api/alice/tasks/x")
        .header("origin", ORIGIN)
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,content-type,if-match,idempotency-key");
    let response = app.send(preflight).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(response.header("access-control-allow-credentials"), "true");
    assert_eq!(response.header("access-control-max-age"), "7200");
    assert!(response.header("access-control-allow-methods").contains("PATCH"));
}

#[actix_web::test]
async fn browsers_can_read_all_responses() {
    let app = app(&[CORS]).await;
    for request in [call("GET", "/api/tasks"), call("GET", "/api/tasks").by("alice"), call("GET", "/nope")] {
        let response = app.send(request.header("origin", ORIGIN)).await;
        assert_eq!(response.header("access-control-allow-origin"), ORIGIN, "{}", response.status);
        let exposed = response.header("access-control-expose-headers").to_ascii_lowercase();
        for name in [
            "etag",
            "location",
            "link",
            "x-next-cursor",
            "x-total-count",
            "x-changed-since",
            "retry-after",
            "x-request-id",
            "idempotency-replayed",
        ] {
            assert!(exposed.contains(name), "{name} in {exposed}");
        }
        assert!(response.headers.get_all("vary").any(|vary| vary.to_str().unwrap().contains("Origin")));
    }
}

#[actix_web::test]
async fn other_origins_are_rejected() {
    let app = app(&[CORS]).await;
    let response =
        app.send(call("GET", "/api/tasks").by("alice").header("origin", "https://evil.example")).await;
    assert_eq!(response.header("access-control-allow-origin"), "");
    let preflight = call("OPTIONS", "/api/tasks")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "GET");
    let response = app.send(preflight).await;
    assert_eq!(
        (response.status.as_u16(), response.header("content-type")),
        (400, "application/problem+json")
    );
}

#[actix_web::test]
async fn request_id_is_the_clients_when_safe() {
    let app = app(&[]).await;
    assert_eq!(app.send(call("GET", "/livez")).await.header("x-request-id"), "test");
    let own = |id: &str| {
        let mut request = call("GET", "/nope");
        request.headers.retain(|(name, _)| name != "x-request-id");
        request.header("x-request-id", id)
    };
    for id in ["a b", "<script>", &"x".repeat(129), ""] {
        let response = app.send(own(id)).await;
        assert_eq!(response.header("x-request-id").len(), 36, "{id}");
        assert_eq!(response.json()["request_id"], response.header("x-request-id"));
    }
}

#[actix_web::test]
async fn preflights_are_counted_under_their_route() {
    let app = app(&[CORS]).await;
    for (path, status) in [("/api/alice/tasks/x/", 200), ("//", 404)] {
        let request = call(if status == 200 { "OPTIONS" } else { "GET" }, path).header("origin", ORIGIN);
        let response = app.send(request.header("access-control-request-method", "PATCH")).await;
        assert_eq!(response.status, status, "{path}");
    }
    let metrics = app.send(call("GET", "/metrics")).await;
    let metrics = std::str::from_utf8(&metrics.body).unwrap();
    for (method, route, status) in [("OPTIONS", "/api/{user_id}/tasks/{id}", 200), ("GET", "none", 404)] {
        let series =
            format!(r#"http_requests_total{{method="{method}",route="{route}",status="{status}"}} 1"#);
        assert!(metrics.contains(&series), "{series} in {metrics}");
    }
}

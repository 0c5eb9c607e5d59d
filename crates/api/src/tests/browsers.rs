use super::{app, call};

const ORIGIN: &str = "https://app.example";
const CORS: (&str, &str) = ("cors.origins", ORIGIN);

#[actix_web::test]
async fn a_preflight_is_answered_without_a_token_and_may_be_kept() {
    let app = app(&[CORS]).await;
    let preflight = call("OPTIONS", "/api/alice/tasks/x")
        .header("origin", ORIGIN)
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,content-type,if-match");
    let answer = app.send(preflight).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(answer.header("access-control-max-age"), "7200");
    assert!(answer.header("access-control-allow-methods").contains("PATCH"));
}

#[actix_web::test]
async fn a_browser_may_read_every_answer_errors_included() {
    let app = app(&[CORS]).await;
    for request in [call("GET", "/api/tasks"), call("GET", "/api/tasks").by("alice"), call("GET", "/nope")] {
        let answer = app.send(request.header("origin", ORIGIN)).await;
        assert_eq!(answer.header("access-control-allow-origin"), ORIGIN, "{}", answer.status);
        let exposed = answer.header("access-control-expose-headers").to_ascii_lowercase();
        for name in
            ["etag", "location", "link", "x-next-cursor", "x-total-count", "retry-after", "x-request-id"]
        {
            assert!(exposed.contains(name), "{name} in {exposed}");
        }
        assert!(answer.headers.get_all("vary").any(|vary| vary.to_str().unwrap().contains("Origin")));
    }
}

#[actix_web::test]
async fn another_origin_is_given_nothing() {
    let app = app(&[CORS]).await;
    let answer =
        app.send(call("GET", "/api/tasks").by("alice").header("origin", "https://evil.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let preflight = call("OPTIONS", "/api/tasks")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "GET");
    let answer = app.send(preflight).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (400, "application/problem+json"));
}

#[actix_web::test]
async fn a_request_id_is_the_callers_when_it_is_plain() {
    let app = app(&[]).await;
    assert_eq!(app.send(call("GET", "/livez")).await.header("x-request-id"), "test");
    let own = |id: &str| {
        let mut request = call("GET", "/nope");
        request.headers.retain(|(name, _)| name != "x-request-id");
        request.header("x-request-id", id)
    };
    for id in ["a b", "<script>", &"x".repeat(129), ""] {
        let answer = app.send(own(id)).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{id}");
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    }
}

use serde_json::json;

use super::{app, call};

#[actix_web::test]
async fn titles_that_display_nothing_are_422() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"x"}"#).await;
    let uri = format!("/api/tasks/{id}");
    let body = json!({"title": "\u{200b}\u{2800}"}).to_string();
    for (method, uri) in [("POST", "/api/tasks"), ("PUT", &uri), ("PATCH", &uri)] {
        let response = app.send(call(method, uri).by("alice").json(&body)).await;
        let expected = json!([{"loc": ["body", "title"], "msg": "must contain a visible character", "type": "string_invisible"}]);
        assert_eq!((response.status.as_u16(), &response.json()["errors"]), (422, &expected), "{method}");
    }
    let family = json!({"title": "👨\u{200d}👩\u{200d}👧"}).to_string();
    assert_eq!(app.send(call("PATCH", &uri).by("alice").json(&family)).await.status, 200);
}

#[actix_web::test]
async fn an_empty_search_finds_everything() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"one"}"#).await;
    app.create("alice", r#"{"title":"t\u200bwo"}"#).await;
    for (search, count) in [("", 2), ("%E2%80%8B", 1), ("%CC%81", 0), ("t%E2%80%8BW", 1), ("TW", 0)] {
        let response = app.send(call("GET", &format!("/api/tasks?search={search}")).by("alice")).await;
        assert_eq!(response.json().as_array().map(Vec::len), Some(count), "{search}");
    }
}

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::{app, call};

#[actix_web::test]
async fn tags_are_counted_in_every_spelling() {
    let app = app(&[]).await;
    for tags in [json!(["Work", "zoë"]), json!(["WORK"]), json!(["WORK", "Éa"]), json!([]), json!(["a b"])]
    {
        app.create("alice", &json!({ "title": "x", "tags": tags }).to_string()).await;
    }
    let (id, _) = app.create("alice", r#"{"title":"x","tags":["work","gone"]}"#).await;
    app.create("bob", r#"{"title":"x","tags":["his","work"]}"#).await;
    assert_eq!(app.send(call("DELETE", &format!("/api/tasks/{id}")).by("alice")).await.status, 204);
    let expected = json!([
        {"name": "a b", "count": 1},
        {"name": "WORK", "count": 3},
        {"name": "zoë", "count": 1},
        {"name": "Éa", "count": 1},
    ]);
    for path in ["/api/tasks/tags", "/api/tasks/tags/", "/api/alice/tasks/tags", "/api/alice/tasks/tags?x=1"]
    {
        let response = app.send(call("GET", path).by("alice")).await;
        assert_eq!((response.status.as_u16(), response.json()), (200, expected.clone()), "{path}");
        assert_eq!(response.header("cache-control"), "private, no-cache");
        assert!(response.header("vary").starts_with("Authorization, Accept-Encoding"));
    }
    let his = app.send(call("GET", "/api/bob/tasks/tags").by("bob")).await;
    assert_eq!(his.json(), json!([{"name": "his", "count": 1}, {"name": "work", "count": 1}]));
    assert_eq!(app.send(call("GET", "/api/alice/tasks/tags").by("bob")).await.code(), "other_user");
    assert_eq!(app.send(call("GET", "/api/tasks/tags").by("carol")).await.body, "[]");
}

#[actix_web::test]
async fn tags_is_no_id() {
    let app = app(&[]).await;
    for tasks in ["/api/tasks", "/api/alice/tasks"] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let response = app.send(call(method, &format!("{tasks}/tags")).by("alice").json("{}")).await;
            let allow = response.header("allow");
            assert_eq!((response.status.as_u16(), allow), (405, "GET, HEAD, OPTIONS"), "{method}");
        }
    }
}

#[actix_web::test]
async fn many_tags_are_compressed_and_limited() {
    let app = app(&[]).await;
    for task in 0..51 {
        let tags: Vec<String> = (0..20).map(|tag| format!("tag {:04}", task * 20 + tag)).collect();
        app.create("alice", &json!({ "title": "x", "tags": tags }).to_string()).await;
    }
    app.create("alice", r#"{"title":"x","tags":["tag 1019"]}"#).await;
    let plain = app.send(call("GET", "/api/tasks/tags").by("alice")).await;
    let tags = plain.json();
    let names: Vec<&str> = tags.as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), names[998], names[999]), (1000, "tag 0998", "tag 1019"), "the most used remain");
    let request = call("GET", "/api/tasks/tags").by("alice").header("accept-encoding", "gzip");
    let compressed = app.send(request).await;
    assert_eq!(compressed.header("content-encoding"), "gzip");
    let mut body = String::new();
    let _ = GzDecoder::new(&compressed.body[..]).read_to_string(&mut body).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), tags);
}

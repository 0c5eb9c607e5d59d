use serde_json::Value;

use super::{TestResponse, app, call};

fn titles(response: &TestResponse) -> Vec<String> {
    let text = |task: &Value| task["title"].as_str().unwrap().to_owned();
    response.json().as_array().unwrap().iter().map(text).collect()
}

#[actix_web::test]
async fn lists_contain_only_tasks_of_the_user() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"hers"}"#).await;
    app.create("bob", r#"{"title":"his"}"#).await;
    let response = app.send(call("GET", "/api/alice/tasks?user_id=bob").by("alice")).await;
    assert_eq!(titles(&response), ["hers"]);
    assert_eq!((response.header("link"), response.header("x-total-count")), ("", ""));
}

#[actix_web::test]
async fn links_lead_through_all_pages() {
    let app = app(&[]).await;
    for number in 1..=5 {
        app.create("alice", &format!(r#"{{"title":"task {number}"}}"#)).await;
    }
    let mut uri = "/api/alice/tasks/?limit=2&sort=title&search=TASK&status=active&count=true".to_owned();
    let mut seen = Vec::new();
    loop {
        let response = app.send(call("GET", &uri).by("alice")).await;
        assert_eq!(response.status, 200, "{uri} {:?}", response.body);
        seen.extend(titles(&response));
        let Some((target, _)) = response.header("link").split_once(">; rel=\"next\"") else {
            assert_eq!(response.header("x-next-cursor"), "");
            break;
        };
        assert!(target.contains(response.header("x-next-cursor")));
        uri = target.trim_start_matches('<').to_owned();
    }
    assert_eq!(seen, ["task 1", "task 2", "task 3", "task 4", "task 5"]);
}

#[actix_web::test]
async fn count_is_returned_on_request() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"a"}"#).await;
    app.create("alice", r#"{"title":"b","completed":true}"#).await;
    let response = app.send(call("GET", "/api/tasks?count=true&completed=false&limit=1").by("alice")).await;
    assert_eq!(response.header("x-total-count"), "1");
}

#[actix_web::test]
async fn query_errors_name_each_parameter() {
    let app = app(&[]).await;
    let response = app.send(call("GET", "/api/tasks?limit=1001&sort=password").by("alice")).await;
    assert_eq!(response.status, 422);
    let errors = response.json()["errors"].clone();
    let locations: Vec<&Value> = errors.as_array().unwrap().iter().map(|error| &error["loc"]).collect();
    assert_eq!(locations, [&serde_json::json!(["query", "sort"]), &serde_json::json!(["query", "limit"])]);
}

#[actix_web::test]
async fn later_pages_tell_that_the_user_has_written() {
    let app = app(&[]).await;
    let mut ids = Vec::new();
    for title in ["a", "b", "c", "d", "e"] {
        ids.push(app.create("alice", &format!(r#"{{"title":"{title}"}}"#)).await.0);
    }
    let delete = async |path: &str| app.send(call("DELETE", path).by("alice")).await.status.as_u16();
    assert_eq!(delete(&format!("/api/tasks/{}", ids[4])).await, 204);
    let rename = async |body: &str| {
        let request = call("PATCH", &format!("/api/tasks/{}", ids[0])).by("alice").json(body);
        assert_eq!(app.send(request).await.status, 200);
    };
    let page = async |query: &str| {
        let response = app.send(call("GET", &format!("/api/tasks?limit=1{query}")).by("alice")).await;
        assert_eq!(response.status, 200, "{query}");
        response
    };
    let cursor = |response: &TestResponse| format!("&cursor={}", response.header("x-next-cursor"));
    for sort in ["title", "-updated", "due_date", "-priority", "completed"] {
        rename(r#"{"title":"a"}"#).await;
        let first = page(&format!("&sort={sort}")).await;
        let second = page(&cursor(&first)).await;
        assert_eq!((first.header("x-changed-since"), second.header("x-changed-since")), ("", ""), "{sort}");
        app.create("bob", r#"{"title":"of another user"}"#).await;
        rename(r#"{"title":"a"}"#).await;
        assert_eq!(page(&cursor(&first)).await.header("x-changed-since"), "", "{sort}: nothing was written");
        rename(r#"{"title":"z"}"#).await;
        let (second, third) = (page(&cursor(&first)).await, page(&cursor(&second)).await);
        assert_eq!((second.header("x-changed-since"), third.header("x-changed-since")), ("true", "true"));
        let third = page(&cursor(&second)).await;
        assert_eq!(third.header("x-changed-since"), "true", "{sort}: since the first page");
        let fresh = page(&format!("&sort={sort}")).await;
        assert_eq!(fresh.header("x-changed-since"), "", "{sort}: a new first page");
        assert_eq!(page(&format!("&sort={sort}&offset=1")).await.header("x-changed-since"), "");
    }
    let (by_title, by_creation) = (page("&sort=title").await, page("").await);
    assert_eq!(delete(&format!("/api/tasks/trash/{}", ids[4])).await, 204);
    assert_eq!(page(&cursor(&by_title)).await.header("x-changed-since"), "true", "purging is a write");
    assert_eq!(page(&cursor(&by_creation)).await.header("x-changed-since"), "");
    // Also a page that has become empty.
    let last = page("&sort=-title&offset=2").await;
    for id in &ids[..4] {
        assert_eq!(delete(&format!("/api/tasks/{id}")).await, 204);
    }
    let empty = page(&cursor(&last)).await;
    assert_eq!((titles(&empty).len(), empty.header("x-changed-since")), (0, "true"));
    let trash = |query: String| call("GET", &format!("/api/tasks/trash?limit=1{query}")).by("alice");
    for (query, expected) in [("&sort=title", "true"), ("", "")] {
        let first = app.send(trash(query.into())).await;
        app.create("alice", r#"{"title":"x"}"#).await;
        let second = app.send(trash(cursor(&first))).await;
        assert_eq!((second.status.as_u16(), second.header("x-changed-since")), (200, expected), "{query}");
    }
}

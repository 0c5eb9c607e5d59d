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

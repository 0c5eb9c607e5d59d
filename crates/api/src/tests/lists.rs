use serde_json::Value;

use super::{Answer, app, call};

fn titles(answer: &Answer) -> Vec<String> {
    let text = |task: &Value| task["title"].as_str().unwrap().to_owned();
    answer.json().as_array().unwrap().iter().map(text).collect()
}

#[actix_web::test]
async fn a_list_is_a_bare_array_of_the_callers_own() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"hers"}"#).await;
    app.create("bob", r#"{"title":"his"}"#).await;
    let answer = app.send(call("GET", "/api/alice/tasks?user_id=bob").by("alice")).await;
    assert_eq!(titles(&answer), ["hers"]);
    assert_eq!((answer.header("link"), answer.header("x-total-count")), ("", ""));
}

#[actix_web::test]
async fn pages_are_followed_by_their_links() {
    let app = app(&[]).await;
    for number in 1..=5 {
        app.create("alice", &format!(r#"{{"title":"task {number}"}}"#)).await;
    }
    let mut uri = "/api/alice/tasks/?limit=2&sort=title&search=TASK&status=active&count=true".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = app.send(call("GET", &uri).by("alice")).await;
        assert_eq!(answer.status, 200, "{uri} {:?}", answer.body);
        seen.extend(titles(&answer));
        let Some((target, _)) = answer.header("link").split_once(">; rel=\"next\"") else {
            assert_eq!(answer.header("x-next-cursor"), "");
            break;
        };
        assert!(target.contains(answer.header("x-next-cursor")));
        uri = target.trim_start_matches('<').to_owned();
    }
    assert_eq!(seen, ["task 1", "task 2", "task 3", "task 4", "task 5"]);
}

#[actix_web::test]
async fn a_count_is_given_when_asked() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"a"}"#).await;
    app.create("alice", r#"{"title":"b","completed":true}"#).await;
    let answer = app.send(call("GET", "/api/tasks?count=true&completed=false&limit=1").by("alice")).await;
    assert_eq!(answer.header("x-total-count"), "1");
}

#[actix_web::test]
async fn what_is_wrong_with_a_query_is_said_per_parameter() {
    let app = app(&[]).await;
    let answer = app.send(call("GET", "/api/tasks?limit=1001&sort=password").by("alice")).await;
    assert_eq!(answer.status, 422);
    let errors = answer.json()["errors"].clone();
    let locations: Vec<&Value> = errors.as_array().unwrap().iter().map(|error| &error["loc"]).collect();
    assert_eq!(locations, [&serde_json::json!(["query", "sort"]), &serde_json::json!(["query", "limit"])]);
}

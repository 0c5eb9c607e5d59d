use super::*;

/// What is wrong with an operation, the status, and the rest of the location.
fn malformed() -> Vec<(Value, u16, Value)> {
    let of = |op: &str, rest: Value| {
        let mut operation = json!({"op": op, "id": id(1), "task": {"title": "new"}});
        operation.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        operation
    };
    let mut cases = vec![
        (json!({}), 422, json!(["op"])),
        (of("delete", json!({"op": null})), 422, json!(["op"])),
        (of("delete", json!({"op": 1})), 422, json!(["op"])),
        (of("delete", json!({"op": "Delete"})), 422, json!(["op"])),
        (of("delete", json!({"op": "purge"})), 422, json!(["op"])),
        (of("delete", json!({"id": null})), 422, json!(["id"])),
        (of("restore", json!({"id": null})), 422, json!(["id"])),
        (of("complete", json!({"id": 7})), 422, json!(["id"])),
        (of("update", json!({"id": "7"})), 422, json!(["id"])),
        (of("create", json!({"id": true})), 422, json!(["id"])),
        (of("create", json!({"id": "new"})), 422, json!(["id"])),
        (of("create", json!({"id": "00000000-0000-1000-8000-000000000001"})), 422, json!(["id"])),
        (of("create", json!({"task": null})), 422, json!(["task"])),
        (of("create", json!({"task": "new"})), 422, json!(["task"])),
        (of("create", json!({"task": []})), 422, json!(["task"])),
        (of("create", json!({"task": {}})), 422, json!(["task", "title"])),
        (of("create", json!({"task": {"title": null}})), 422, json!(["task", "title"])),
        (of("create", json!({"task": {"title": "x".repeat(201)}})), 422, json!(["task", "title"])),
        (of("update", json!({"task": null})), 422, json!(["task"])),
        (of("update", json!({"task": {"title": null}})), 422, json!(["task", "title"])),
        (of("update", json!({"task": {"completed": "maybe"}})), 422, json!(["task", "completed"])),
        (of("update", json!({"task": {"priority": null}})), 422, json!(["task", "priority"])),
        (of("complete", json!({"completed": "yes"})), 422, json!(["completed"])),
        (of("complete", json!({"is_completed": 1})), 422, json!(["is_completed"])),
        (of("complete", json!({"status": "done"})), 422, json!(["status"])),
        (of("move", json!({})), 422, json!(["to"])),
        (of("move", json!({"to": "end"})), 422, json!(["to"])),
        (of("move", json!({"to": true})), 422, json!(["to"])),
        (of("move", json!({"before": "7"})), 422, json!(["before"])),
        (of("move", json!({"after": 7})), 422, json!(["after"])),
        (of("move", json!({"after": id(1), "to": "first"})), 422, json!(["to"])),
        (of("move", json!({"id": null, "to": "first"})), 422, json!(["id"])),
    ];
    let without_index = [
        json!({}),
        json!({"operation": null}),
        json!({"operation": -1}),
        json!({"operation": "0"}),
        json!({"operation": 500}),
        json!({"revision": 1}),
    ];
    let conditions = [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("1"),
        json!("\"1\""),
        json!("*"),
        json!(true),
        json!([1]),
        json!(9_007_199_254_740_992_i64),
    ];
    for verb in ["update", "complete", "delete", "restore", "move"] {
        let case = |condition: &Value, place: Value| (of(verb, json!({"if_match": condition})), 422, place);
        cases.extend(conditions.iter().map(|condition| case(condition, json!(["if_match"]))));
        let place = json!(["if_match", "operation"]);
        cases.extend(without_index.iter().map(|condition| case(condition, place.clone())));
    }
    cases
}

#[actix_web::test]
async fn malformed_operations_are_rejected() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"first"}"#).await;
    for (operation, status, rest) in malformed() {
        let mut loc = json!(["body", "operations", 1]);
        loc.as_array_mut().unwrap().extend(rest.as_array().unwrap().clone());
        let list = json!([creation(9), operation]);
        let response = app.bulk(&json!({"operations": list})).await;
        let problem = response.json();
        assert_eq!(
            (response.status.as_u16(), &problem["index"]),
            (status, &json!(1)),
            "{operation}: {problem}"
        );
        assert_eq!(problem["errors"][0]["loc"], loc, "{operation}: {problem}");
        let response = app.bulk(&each(&json!([operation]))).await;
        assert_eq!(statuses(&response), [u64::from(status)], "{operation}");
        let problem = response.json()["results"][0]["problem"].clone();
        loc[2] = json!(0);
        assert_eq!(problem["errors"][0]["loc"], loc, "{operation}: {problem}");
        assert!(problem.get("index").is_none());
    }
    assert_eq!(app.revisions("alice").await.len(), 1, "nothing is written");
}

#[actix_web::test]
async fn details_name_the_path_of_the_wrong_member() {
    let app = app(&[]).await;
    for (operation, detail) in [
        (json!(1), "operations[0]: must be a JSON object"),
        (json!({}), "operations[0].op: is required"),
        (json!({"op": "create", "task": []}), "operations[0].task: must be a JSON object"),
        (json!({"op": "create", "task": {"title": ""}}), "operations[0].task.title: must not be empty"),
        (
            json!({"op": "delete", "id": id(1), "if_match": {}}),
            "operations[0].if_match.operation: is required",
        ),
    ] {
        let response = app.bulk(&json!({"operations": [operation]})).await;
        assert_eq!(response.json()["detail"], detail, "{operation}");
    }
    assert_eq!(app.bulk(&json!([])).await.json()["detail"], "body: must be a JSON object");
}

#[actix_web::test]
async fn malformed_texts_of_operations_are_400() {
    let app = app(&[]).await;
    for operation in [
        r#"{"op":"delete","op":"restore","id":"00000000-0000-4000-8000-000000000001"}"#,
        r#"{"op":"create","task":{"title":"one","title":"two"}}"#,
        r#"{"op":"create","task":{"title":"one"},"task":{"title":"two"}}"#,
        r#"{"op":"create","task":{"title":"\ud800"}}"#,
        r#"{"op":"create","x":"\ud800","task":{"title":"one"}}"#,
    ] {
        let one = r#"{"op":"create","task":{"title":"one"}}"#;
        let body = format!(r#"{{"atomic":false,"operations":[{one},{operation},{one}]}}"#);
        let response = app.send(call("POST", "/api/tasks/bulk").by("alice").json(&body)).await;
        assert_eq!(statuses(&response), [201, 400, 201], "{operation}");
        assert_eq!(response.json()["results"][1]["problem"]["code"], "invalid_json");
    }
}

#[actix_web::test]
async fn malformed_lists_are_rejected_as_a_whole() {
    let app = app(&[]).await;
    let one = creation(1).to_string();
    let many = vec![one.as_str(); 501].join(",");
    let cases = [
        ("", 400, json!(null)),
        ("{", 400, json!(null)),
        ("[]", 422, json!(["body"])),
        ("null", 422, json!(["body"])),
        ("{}", 422, json!(["body", "operations"])),
        (r#"{"operations":null}"#, 422, json!(["body", "operations"])),
        (r#"{"operations":{}}"#, 422, json!(["body", "operations"])),
        (r#"{"operations":"[]"}"#, 422, json!(["body", "operations"])),
        (r#"{"operations":7}"#, 422, json!(["body", "operations"])),
        (r#"{"operations":[],"operations":[]}"#, 400, json!(null)),
        (r#"{"operations":[],"atomic":"false"}"#, 422, json!(["body", "atomic"])),
        (r#"{"operations":[],"atomic":0}"#, 422, json!(["body", "atomic"])),
        (r#"{"operations":[],"atomic":false,"atomic":true}"#, 400, json!(null)),
        (&format!(r#"{{"operations":[{one},null]}}"#), 422, json!(["body", "operations", 1])),
        (&format!(r#"{{"atomic":false,"operations":[{one},[]]}}"#), 422, json!(["body", "operations", 1])),
        (
            &format!(r#"{{"atomic":false,"operations":[{one},"delete"]}}"#),
            422,
            json!(["body", "operations", 1]),
        ),
        (&format!(r#"{{"atomic":false,"operations":[{one},1e400]}}"#), 422, json!(["body", "operations", 1])),
        (&format!(r#"{{"atomic":false,"operations":[{many}]}}"#), 422, json!(["body", "operations"])),
        (&format!(r#"{{"operations":[{}]}}"#, "[".repeat(10_000)), 400, json!(null)),
    ];
    for (body, status, loc) in cases {
        let response = app.send(call("POST", "/api/tasks/bulk").by("alice").json(body)).await;
        let shown: String = body.chars().take(80).collect();
        assert_eq!(response.status, status, "{shown}: {:?}", response.body);
        assert_eq!(response.json()["errors"][0]["loc"], loc, "{shown}");
        assert!(response.json().get("index").is_none(), "{shown}");
    }
    let plain = call("POST", "/api/tasks/bulk").by("alice").body(br#"{"operations":[]}"#);
    assert_eq!(app.send(plain).await.status, 415);
    assert!(app.revisions("alice").await.is_empty());
}

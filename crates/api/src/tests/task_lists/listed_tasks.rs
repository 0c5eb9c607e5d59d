use super::*;

#[actix_web::test]
async fn tasks_are_put_into_lists_and_filtered_by_them() {
    let app = app(&[]).await;
    let (home, work) =
        (app.list_of(&json!({"name": "home"})).await, app.list_of(&json!({"name": "work"})).await);
    let create = async |body: &Value| {
        let created = app.send(call("POST", "/api/tasks").by("alice").json(&body.to_string())).await;
        assert_eq!(created.status, 201, "{body}: {:?}", created.body);
        created.json()
    };
    let listed = create(&json!({"title": "a", "list_id": home["id"].as_str().unwrap().to_uppercase()})).await;
    assert_eq!(listed["list_id"], home["id"]);
    let loose = create(&json!({"title": "b"})).await;
    assert_eq!(loose["list_id"], Value::Null);
    let path = format!("/api/tasks/{}", listed["id"].as_str().unwrap());
    let change = async |method: &str, value: &Value| {
        let body = json!({"list_id": value}).to_string();
        app.send(call(method, &path).by("alice").json(&body)).await
    };
    assert_eq!(change("PATCH", &work["id"]).await.json()["list_id"], work["id"]);
    for query in ["", "&count=true", "&sort=title", "&limit=1"] {
        for (list, expected) in [
            (work["id"].as_str().unwrap(), vec![&listed["id"]]),
            (home["id"].as_str().unwrap(), vec![]),
            (ID, vec![]),
            ("none", vec![&loose["id"]]),
            ("NONE", vec![&loose["id"]]),
        ] {
            let found = app.send(call("GET", &format!("/api/tasks?list_id={list}{query}")).by("alice")).await;
            let found = found.json();
            let found: Vec<&Value> = found.as_array().unwrap().iter().map(|task| &task["id"]).collect();
            assert_eq!(found, expected, "{list}{query}");
        }
    }
    let counts = app.all_lists().await;
    assert_eq!((&counts[0]["open"], &counts[1]["open"]), (&json!(0), &json!(1)));
    for (method, empty) in
        [("PUT", Value::Null), ("PATCH", Value::Null), ("PUT", json!("")), ("PATCH", json!(""))]
    {
        change("PUT", &work["id"]).await;
        assert_eq!(change(method, &empty).await.json()["list_id"], Value::Null, "{method} {empty}");
    }
}

#[actix_web::test]
async fn wrong_lists_are_422_between_the_task_and_conditions() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let theirs = app.send(call("POST", "/api/lists").by("bob").json(r#"{"name":"his"}"#)).await.json();
    let wrong = [
        theirs["id"].clone(),
        json!(ID),
        json!(ID.to_uppercase()),
        json!("none"),
        json!(" "),
        json!("x"),
        json!("1"),
        json!(ID.replace('-', "")),
        json!(format!("{{{ID}}}")),
        json!(format!("{ID} ")),
        json!(format!("urn:uuid:{ID}")),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("a\u{0}b"),
        json!("null"),
        json!(1),
        json!(0.5),
        json!(true),
        json!([]),
        json!([ID]),
        json!({}),
        json!({"id": ID}),
    ];
    for value in wrong {
        let body = json!({"title": "b", "list_id": value}).to_string();
        let put = |id: &str| call("PUT", &format!("/api/tasks/{id}")).by("alice");
        for response in [
            app.send(call("POST", "/api/tasks").by("alice").json(&body)).await,
            app.send(put(ID).header("if-none-match", "*").json(&body)).await,
            app.send(put(&id).header("if-match", "\"9\"").json(&body)).await,
            app.send(call("PATCH", &format!("/api/tasks/{id}")).by("alice").json(&body)).await,
        ] {
            let problem = response.json();
            let result = (response.status.as_u16(), &problem["errors"][0]["loc"]);
            assert_eq!(result, (422, &json!(["body", "list_id"])), "{value}");
        }
    }
    let unknown = |list: &str| json!({"list_id": list}).to_string();
    let gone = app.send(call("PATCH", &format!("/api/tasks/{ID}")).by("alice").json(&unknown(ID))).await;
    assert_eq!(gone.status, 404);
    let theirs = theirs["id"].as_str().unwrap();
    let answers: Vec<_> = [
        app.send(call("PATCH", &format!("/api/tasks/{id}")).by("alice").json(&unknown(theirs))).await,
        app.send(call("PATCH", &format!("/api/tasks/{id}")).by("alice").json(&unknown(ID))).await,
    ]
    .map(|response| response.body)
    .into();
    assert_eq!(answers[0], answers[1], "another user's list looks unknown");
    let tasks = app.send(call("GET", "/api/tasks").by("alice")).await.json();
    assert_eq!((tasks.as_array().unwrap().len(), &tasks[0]["revision"]), (1, &json!(1)));
}

#[actix_web::test]
async fn wrong_list_filters_are_422_by_name() {
    let app = app(&[]).await;
    for wrong in
        ["", "all", "null", "x", "1", "none,none", "019aa4c06d1e7c339d0a3a6a5f3f7b21", "%20none", "none%20"]
    {
        for path in ["/api/tasks", "/api/tasks/trash"] {
            let response = app.send(call("GET", &format!("{path}?list_id={wrong}")).by("alice")).await;
            let loc = response.json()["errors"][0]["loc"].clone();
            assert_eq!((response.status.as_u16(), loc), (422, json!(["query", "list_id"])), "{wrong}");
        }
    }
}

#[actix_web::test]
async fn lists_are_deleted_with_or_without_their_tasks() {
    let app = app(&[]).await;
    for (query, lives) in [("", true), ("?tasks=keep", true), ("?tasks=trash", false), ("?other=1", true)] {
        let list = app.list_of(&json!({"name": "list"})).await;
        let body = json!({"title": "a", "list_id": list["id"]}).to_string();
        let task = app.send(call("POST", "/api/tasks").by("alice").json(&body)).await.json();
        let stale =
            call("DELETE", &format!("{}{query}", uri(&list))).by("alice").header("if-match", "\"999\"");
        assert_eq!(app.send(stale).await.status, 412);
        let deleted = app.send(call("DELETE", &format!("{}{query}", uri(&list))).by("alice")).await;
        assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0), "{query}");
        let again = app.send(call("DELETE", &format!("{}{query}", uri(&list))).by("alice")).await;
        assert_eq!((again.status.as_u16(), again.code()), (404, "list_not_found".into()));
        let path = if lives { "/api/tasks" } else { "/api/tasks/trash" };
        let path = format!("{path}/{}", task["id"].as_str().unwrap());
        let read = app.send(call("GET", &path).by("alice")).await;
        assert_eq!((read.status.as_u16(), &read.json()["list_id"]), (200, &Value::Null), "{query}");
    }
    let list = app.list_of(&json!({"name": "list"})).await;
    let wrong = [
        "",
        "Keep",
        "TRASH",
        "delete",
        "all",
        "none",
        "null",
        "true",
        "false",
        "1",
        "0",
        "keep,trash",
        "keep%20",
        "%20keep",
        "trash%00",
        "k",
        "keeps",
        "[]",
        "%7B%7D",
        "keep&tasks=trash",
    ];
    for value in wrong {
        let response = app.send(call("DELETE", &format!("{}?tasks={value}", uri(&list))).by("alice")).await;
        let loc = response.json()["errors"][0]["loc"].clone();
        assert_eq!((response.status.as_u16(), loc), (422, json!(["query", "tasks"])), "{value}");
    }
    assert_eq!(app.all_lists().await.len(), 1);
    let prefer = call("DELETE", &uri(&list)).by("alice").header("prefer", "return=representation");
    assert_eq!(app.send(prefer).await.status, 204);
}

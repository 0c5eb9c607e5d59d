use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};

use super::{App, TestResponse, app, call};

impl<S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>> App<S> {
    async fn created(&self, body: &Value) -> Value {
        self.send(call("POST", "/api/tasks").by("alice").json(&body.to_string())).await.json()
    }

    async fn change(&self, method: &str, task: &Value, body: &Value) -> TestResponse {
        let uri = format!("/api/tasks/{}", task["id"].as_str().unwrap());
        self.send(call(method, &uri).by("alice").json(&body.to_string())).await
    }
}

#[actix_web::test]
async fn new_tasks_have_defaults() {
    let app = app(&[]).await;
    let task = app.created(&json!({"title": "a"})).await;
    assert_eq!((&task["priority"], &task["tags"]), (&json!("medium"), &json!([])));
    assert_eq!(
        (&task["due_date"], &task["completed_at"], &task["revision"]),
        (&Value::Null, &Value::Null, &json!(1))
    );
    let nulls = json!({"title": "a", "priority": null, "tags": null, "due_date": null});
    let task = app.created(&nulls).await;
    assert_eq!(
        (&task["priority"], &task["tags"], &task["due_date"]),
        (&json!("medium"), &json!([]), &Value::Null)
    );
}

#[actix_web::test]
async fn members_are_written_and_cleared() {
    let app = app(&[]).await;
    let body = json!({
        "title": "a", "priority": "HIGH", "tags": [" Work ", "WORK", "home"], "due_date": "2026-12-24T19:00+01:00",
        "status": "Completed", "revision": 99, "completed_at": "2000-01-01T00:00:00Z",
    });
    let task = app.created(&body).await;
    assert_eq!((&task["priority"], &task["tags"]), (&json!("high"), &json!(["Work", "home"])));
    assert_eq!(task["due_date"], "2026-12-24T18:00:00.000Z");
    assert_eq!((&task["completed"], &task["completed_at"]), (&json!(true), &task["created_at"]));
    for (method, body, expected) in [
        ("PATCH", json!({"priority": "low"}), json!("low")),
        ("PUT", json!({"priority": null}), json!("medium")),
    ] {
        assert_eq!(app.change(method, &task, &body).await.json()["priority"], expected, "{method} {body}");
    }
    assert_eq!(app.change("PATCH", &task, &json!({"priority": null})).await.status, 422);
    for (name, empty) in [("tags", json!([])), ("due_date", Value::Null)] {
        for (method, clear) in [("PUT", Value::Null), ("PATCH", Value::Null), ("PUT", empty.clone())] {
            app.change("PUT", &task, &json!({"tags": ["x"], "due_date": "2026-12-24"})).await;
            let cleared = app.change(method, &task, &json!({(name): clear})).await.json();
            assert_eq!(cleared[name], empty, "{method} {name}");
        }
    }
    app.change("PUT", &task, &json!({"due_date": "2026-12-24"})).await;
    assert_eq!(app.change("PUT", &task, &json!({"due_date": ""})).await.json()["due_date"], Value::Null);
}

#[actix_web::test]
async fn spellings_of_completed_count_in_order() {
    let app = app(&[]).await;
    let task = app.created(&json!({"title": "a"})).await;
    for (method, body, expected) in [
        ("PUT", json!({"status": "completed"}), true),
        ("PUT", json!({"status": "Active"}), false),
        ("PUT", json!({"completed": true, "is_completed": false, "status": "pending"}), true),
        ("PATCH", json!({"is_completed": false, "status": "completed"}), false),
        ("PUT", json!({"completed": null, "status": "completed"}), true),
        ("PUT", json!({"completed": false, "status": null}), false),
    ] {
        let response = app.change(method, &task, &body).await;
        assert_eq!(
            (response.status.as_u16(), &response.json()["completed"]),
            (200, &json!(expected)),
            "{body}"
        );
    }
    for (method, body) in [
        ("PUT", json!({"completed": true, "status": "done"})),
        ("PUT", json!({"status": true})),
        ("PUT", json!({"completed": "yes", "status": "completed"})),
    ] {
        assert_eq!(app.change(method, &task, &body).await.status, 422, "{method} {body}");
    }
    for (body, named) in [
        (json!({"completed": true, "status": null}), "status"),
        (json!({"completed": null, "status": "completed"}), "completed"),
        (json!({"is_completed": null}), "is_completed"),
        (json!({"is_completed": null, "status": "pending"}), "is_completed"),
    ] {
        let problem = app.change("PATCH", &task, &body).await.json();
        assert_eq!(problem["detail"], format!("{named}: must not be null"), "{body}");
        assert_eq!(problem["errors"][0]["loc"], json!(["body", named]), "{body}");
    }
    let complete = format!("/api/tasks/{}/complete", task["id"].as_str().unwrap());
    let completed = app.send(call("PATCH", &complete).by("alice").json(r#"{"status":"completed"}"#)).await;
    assert_eq!(completed.json()["completed"], true);
}

#[actix_web::test]
async fn writes_without_a_change_keep_the_entity_tag() {
    let app = app(&[]).await;
    let task = app.created(&json!({"title": "a", "tags": ["x"]})).await;
    for (method, body) in [("PUT", task.clone()), ("PATCH", json!({"tags": [" x"], "priority": "Medium"}))] {
        let response = app.change(method, &task, &body).await;
        assert_eq!((response.header("etag"), response.json()), ("\"1\"", task.clone()), "{method}");
    }
    let spelled = app.change("PATCH", &task, &json!({"tags": ["X"]})).await;
    assert_eq!((spelled.header("etag"), &spelled.json()["revision"]), ("\"2\"", &json!(2)));
}

fn not_boolean() -> Vec<Value> {
    let texts = ["", " ", "true", "false", "True", "yes", "no", "on", "0", "1", "null", "completed"];
    let others = [
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!([]),
        json!([true]),
        json!({}),
        json!({"completed": true}),
    ];
    texts.map(Value::from).into_iter().chain(others).collect()
}

#[actix_web::test]
async fn wrong_members_are_422_by_name_and_write_nothing() {
    let app = app(&[]).await;
    let task = app.created(&json!({"title": "a"})).await;
    let long = "x".repeat(51);
    let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    let wrong = [
        (
            "priority",
            vec![
                json!(""),
                json!(" high"),
                json!("high "),
                json!("highest"),
                json!("normal"),
                json!("none"),
                json!("p1"),
                json!("HIGH,LOW"),
                json!("h\u{131}gh"),
                json!("ｈｉｇｈ"),
                json!(0),
                json!(1),
                json!(3.0),
                json!(-1),
                json!(true),
                json!(false),
                json!([]),
                json!(["high"]),
                json!({}),
                json!({"priority": "high"}),
                json!("null"),
            ],
        ),
        (
            "tags",
            vec![
                json!(""),
                json!("work"),
                json!("a,b"),
                json!(1),
                json!(true),
                json!({}),
                json!({"0": "a"}),
                json!([1]),
                json!([null]),
                json!([true]),
                json!([["a"]]),
                json!([{}]),
                json!([""]),
                json!([" "]),
                json!(["a", "\t"]),
                json!(["a,b"]),
                json!(["a\nb"]),
                json!(["a\u{0}"]),
                json!(["a\u{7f}"]),
                json!(["\u{85}a\u{85}b"]),
                json!([long]),
                json!(many),
            ],
        ),
        (
            "due_date",
            vec![
                json!("tomorrow"),
                json!(" "),
                json!("2026-02-30"),
                json!("2027-02-29"),
                json!("2026-13-01"),
                json!("2026-00-01"),
                json!("2026-12-32"),
                json!("0000-12-24"),
                json!("10000-01-01"),
                json!("-0001-01-01"),
                json!("2026-12-24T24:00:00Z"),
                json!("2026-12-31T23:59:60Z"),
                json!("2026-12-24T18:60"),
                json!("2026-12-24 18:00"),
                json!("2026-12-24T18:00+0100"),
                json!("2026-12-24T18:00+24:00"),
                json!("2026-12-24T18:00 Europe/Berlin"),
                json!("2026-12-24T"),
                json!("2026-12-24Z"),
                json!("0001-01-01T00:00+00:01"),
                json!("9999-12-31T23:59-00:01"),
                json!("24.12.2026"),
                json!("2026-W52"),
                json!(1_798_135_200),
                json!(true),
                json!([]),
                json!({}),
                json!(["2026-12-24"]),
            ],
        ),
        (
            "status",
            vec![
                json!(""),
                json!("done"),
                json!("all"),
                json!(" pending"),
                json!("complete"),
                json!("true"),
                json!("PENDING "),
                json!("activ"),
                json!("pending,completed"),
                json!("in_progress"),
                json!("open"),
                json!("closed"),
                json!("null"),
                json!(0),
                json!(1),
                json!(true),
                json!(false),
                json!([]),
                json!(["pending"]),
                json!({}),
            ],
        ),
        ("completed", not_boolean()),
        ("is_completed", not_boolean()),
    ];
    for (name, values) in wrong {
        for value in values {
            for method in ["POST", "PUT", "PATCH"] {
                let body = json!({"title": "b", (name): value});
                let response = if method == "POST" {
                    app.send(call("POST", "/api/tasks").by("alice").json(&body.to_string())).await
                } else {
                    app.change(method, &task, &body).await
                };
                let problem = response.json();
                assert_eq!(response.status, 422, "{method} {body}: {problem}");
                let loc = &problem["errors"][0]["loc"];
                assert_eq!((&loc[0], &loc[1]), (&json!("body"), &json!(name)), "{method} {body}: {problem}");
            }
        }
    }
    let list = app.send(call("GET", "/api/tasks").by("alice")).await.json();
    assert_eq!(list, json!([task]), "nothing was written");
}

#[actix_web::test]
async fn lists_are_filtered_and_sorted_by_members() {
    let app = app(&[]).await;
    for body in [
        json!({"title": "a", "priority": "low", "tags": ["Work", "home"], "due_date": "2026-11-20"}),
        json!({"title": "b", "priority": "urgent", "tags": ["work"], "due_date": "2026-11-21"}),
        json!({"title": "c", "priority": "high", "due_date": "2026-11-21T09:15:17.464Z"}),
        json!({"title": "d", "completed": true, "due_date": "2026-11-01"}),
    ] {
        app.created(&body).await;
    }
    for (query, expected) in [
        ("priority=High,urgent", "cb"),
        ("tags=WORK", "ba"),
        ("tags=work,home", "a"),
        ("tag=work&tag=HOME", "a"),
        ("tags=work&tag=home", "a"),
        ("due_date=none", ""),
        ("due_after=2026-11-21", "cb"),
        ("due_before=2026-11-21", "da"),
        ("due_after=2026-11-21&tz=America/New_York", "cb"),
        ("due_after=2026-11-21T05:00Z&tz=America/New_York", "cb"),
        ("due_after=2026-11-21T05:00:00.001Z&tz=America/New_York", "c"),
        ("overdue=true", "ca"),
        ("overdue=true&tz=Pacific/Kiritimati", "ca"),
        ("overdue=true&tz=Etc/GMT%2B12", "c"),
        ("overdue=false", "db"),
        ("overdue=1&priority=low", "a"),
        ("sort=due_date", "dabc"),
        ("sort_by=due_date&sort=-due_date", "422"),
        ("sort=-priority", "bcda"),
        ("sort=priority", "adcb"),
        ("sort=completed&order=desc", "dcba"),
        ("sort=completed", "abcd"),
    ] {
        let response = app.send(call("GET", &format!("/api/tasks?{query}")).by("alice")).await;
        let titles = match response.json() {
            Value::Array(tasks) => tasks.iter().map(|task| task["title"].as_str().unwrap()).collect(),
            problem => problem["status"].to_string(),
        };
        assert_eq!(titles, expected, "{query}");
    }
}

//! The routes of lists.

mod listed_tasks;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};

use super::{App, TestResponse, app, call};

const ID: &str = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b21";

impl<S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>> App<S> {
    /// Creates a list of alice.
    pub(super) async fn list_of(&self, body: &Value) -> Value {
        let created = self.send(call("POST", "/api/lists").by("alice").json(&body.to_string())).await;
        assert_eq!(created.status, 201, "{:?}", created.body);
        created.json()
    }

    async fn all_lists(&self) -> Vec<Value> {
        let response = self.send(call("GET", "/api/lists").by("alice")).await;
        assert_eq!(response.status, 200);
        response.json().as_array().unwrap().clone()
    }

    async fn change_list(&self, method: &str, list: &Value, body: &Value) -> TestResponse {
        self.send(call(method, &uri(list)).by("alice").json(&body.to_string())).await
    }
}

fn uri(list: &Value) -> String {
    format!("/api/lists/{}", list["id"].as_str().unwrap())
}

fn names(lists: &[Value]) -> Vec<&str> {
    lists.iter().map(|list| list["name"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn lists_have_their_members() {
    let app = app(&[]).await;
    let created = app
        .send(call("POST", "/api/alice/lists/").by("alice").json(r##"{"name":" Home ","color":"#1E90FF"}"##))
        .await;
    let list = created.json();
    let id = list["id"].as_str().unwrap();
    assert_eq!(created.status, 201);
    assert_eq!(created.header("location"), format!("/api/alice/lists/{id}"));
    assert_eq!((created.header("etag"), created.header("cache-control")), ("\"1\"", "private, no-cache"));
    let expected = json!({
        "id": id, "user_id": "alice", "name": "Home", "color": "#1e90ff", "position": list["position"],
        "created_at": "2026-11-21T09:15:17.465Z", "updated_at": "2026-11-21T09:15:17.465Z", "revision": 1,
    });
    assert_eq!(list, expected);
    let read = app.send(call("GET", &uri(&list)).by("alice")).await;
    assert_eq!((read.header("etag"), read.json()), ("\"1\"", expected.clone()));
    let mut counted = expected;
    counted["open"] = json!(0);
    counted["completed"] = json!(0);
    for path in ["/api/lists", "/api/lists/", "/api/alice/lists", "/api/lists?limit=0"] {
        let all = app.send(call("GET", path).by("alice")).await;
        assert_eq!((all.status.as_u16(), all.json()), (200, json!([counted])), "{path}");
        assert!(all.header("etag").starts_with("W/\""));
    }
}

#[actix_web::test]
async fn new_lists_come_last() {
    let app = app(&[]).await;
    for name in ["b", "c", "a"] {
        app.list_of(&json!({ "name": name })).await;
    }
    let lists = app.all_lists().await;
    assert_eq!(names(&lists), ["b", "c", "a"]);
    assert!(lists.is_sorted_by_key(|list| list["position"].as_str().unwrap().as_bytes()));
}

#[actix_web::test]
async fn lists_are_changed_by_put_and_patch() {
    let app = app(&[]).await;
    let list = app.list_of(&json!({"name": "Home", "color": "#000000"})).await;
    for (method, body, name, color, etag) in [
        ("PATCH", json!({"name": "HOME"}), "HOME", json!("#000000"), "\"2\""),
        ("PUT", json!({"name": null, "color": null}), "HOME", Value::Null, "\"3\""),
        ("PUT", json!({"name": null}), "HOME", Value::Null, "\"3\""),
        ("PATCH", json!({}), "HOME", Value::Null, "\"3\""),
        (
            "PATCH",
            json!({"color": "#ABCDEF", "revision": 1, "position": "A", "open": 9}),
            "HOME",
            json!("#abcdef"),
            "\"4\"",
        ),
        ("PATCH", json!({"color": null}), "HOME", Value::Null, "\"5\""),
        ("PUT", json!({"name": " HOME\u{a0}"}), "HOME", Value::Null, "\"5\""),
    ] {
        let response = app.change_list(method, &list, &body).await;
        let changed = response.json();
        assert_eq!((&changed["name"], &changed["color"]), (&json!(name), &color), "{method} {body}");
        assert_eq!((response.status.as_u16(), response.header("etag")), (200, etag), "{method} {body}");
    }
    let mut read = app.all_lists().await.remove(0);
    let members = read.as_object_mut().unwrap();
    assert_eq!((members.remove("open"), members.remove("completed")), (Some(json!(0)), Some(json!(0))));
    assert_eq!(read, app.send(call("GET", &uri(&list)).by("alice")).await.json());
    let merge = call("PATCH", &uri(&list)).by("alice").header("content-type", "application/merge-patch+json");
    assert_eq!(app.send(merge.body(br#"{"name":"x"}"#)).await.status, 200);
}

#[actix_web::test]
async fn names_are_unique_without_case() {
    let app = app(&[]).await;
    let list = app.list_of(&json!({"name": "École"})).await;
    let other = app.list_of(&json!({"name": "other"})).await;
    let taken = json!({"name": "E\u{301}COLE"});
    let put = call("PUT", &format!("/api/lists/{ID}")).by("alice").header("if-none-match", "*");
    for response in [
        app.send(call("POST", "/api/lists").by("alice").json(&taken.to_string())).await,
        app.send(put.json(&taken.to_string())).await,
        app.change_list("PUT", &other, &taken).await,
        app.change_list("PATCH", &other, &taken).await,
    ] {
        assert_eq!((response.status.as_u16(), response.code()), (409, "already_exists".into()));
        assert!(response.headers.get("etag").is_none());
    }
    assert_eq!(app.change_list("PATCH", &list, &json!({"name": "école"})).await.status, 200);
    assert_eq!(names(&app.all_lists().await), ["école", "other"]);
    let theirs = app.send(call("POST", "/api/lists").by("bob").json(r#"{"name":"other"}"#)).await;
    assert_eq!(theirs.status, 201);
}

#[actix_web::test]
async fn the_201st_list_exceeds_the_quota() {
    let app = app(&[("limits.requests_per_second", "1000")]).await;
    for number in 0..200 {
        app.list_of(&json!({"name": format!("list {number}")})).await;
    }
    let full = app.send(call("POST", "/api/lists").by("alice").json(r#"{"name":"more"}"#)).await;
    assert_eq!((full.status.as_u16(), full.code()), (409, "quota_exceeded".into()));
    assert_eq!(full.json()["limit"], 200);
    assert_eq!(full.json()["detail"], "You can have at most 200 lists; delete some before you add others.");
    assert_eq!(app.all_lists().await.len(), 200);
}

#[actix_web::test]
async fn put_creates_with_the_id_of_the_client() {
    let app = app(&[]).await;
    let put = |id: &str, body: &str| {
        call("PUT", &format!("/api/lists/{id}")).by("alice").header("if-none-match", "*").json(body)
    };
    let created = app.send(put(&ID.to_uppercase(), r#"{"name":"mine"}"#)).await;
    assert_eq!((created.status.as_u16(), created.header("etag")), (201, "\"1\""));
    assert_eq!(created.header("location"), format!("/api/lists/{ID}"));
    assert_eq!(created.json()["id"], ID);
    // In this order: body, id, existence, name.
    app.list_of(&json!({"name": "other"})).await;
    for (id, body, status, code) in [
        (ID, r#"{"name":""}"#, 422, "validation"),
        (ID, "{}", 422, "validation"),
        (ID, r#"{"name":"other"}"#, 412, "precondition_failed"),
        ("019aa4c0-6d1e-1c33-9d0a-3a6a5f3f7b22", r#"{"name":"other"}"#, 422, "validation"),
        ("x", r#"{"name":"new"}"#, 404, "list_not_found"),
        ("019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b22", r#"{"name":"other"}"#, 409, "already_exists"),
    ] {
        let response = app.send(put(id, body)).await;
        assert_eq!((response.status.as_u16(), response.code()), (status, code.into()), "{id} {body}");
        assert_eq!(response.header("etag"), if status == 412 { "\"1\"" } else { "" });
    }
    let version = app.send(put("019aa4c0-6d1e-1c33-9d0a-3a6a5f3f7b22", r#"{"name":"x"}"#)).await;
    assert_eq!(version.json()["errors"][0]["loc"], json!(["path", "id"]));
    assert_eq!(names(&app.all_lists().await), ["mine", "other"]);
    let unknown = call("PUT", "/api/lists/019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b22").by("alice");
    assert_eq!(app.send(unknown.json(r#"{"name":"x"}"#)).await.code(), "list_not_found");
}

#[actix_web::test]
async fn conditions_hold_for_lists() {
    let app = app(&[]).await;
    let list = app.list_of(&json!({"name": "a"})).await;
    for (method, header, value, status) in [
        ("GET", "if-match", "\"2\"", 412),
        ("GET", "if-match", "\"1\"", 200),
        ("GET", "if-none-match", "\"1\"", 304),
        ("GET", "if-none-match", "W/\"1\"", 304),
        ("PATCH", "if-match", "\"2\"", 412),
        ("PATCH", "if-match", "W/\"1\"", 412),
        ("PATCH", "if-none-match", "*", 412),
        ("PUT", "if-match", "\"7\", \"9\"", 412),
        ("PUT", "if-match", "unquoted", 400),
        ("PATCH", "if-match", "\"1\"", 200),
    ] {
        let response = app.send(call(method, &uri(&list)).by("alice").header(header, value).json("{}")).await;
        assert_eq!(response.status.as_u16(), status, "{method} {header}: {value}");
        assert_eq!(response.header("etag"), if status == 400 { "" } else { "\"1\"" }, "{method} {header}");
    }
    let stale = app.send(call("PATCH", &uri(&list)).by("alice").header("if-match", "\"9\"").json("{}")).await;
    assert_eq!(stale.json()["detail"], "The list has changed since you last read it.");
}

#[actix_web::test]
async fn lists_of_others_are_not_found() {
    let app = app(&[]).await;
    let list = app.list_of(&json!({"name": "hers"})).await;
    let unknown = format!("/api/lists/{ID}");
    for (method, body) in [("GET", ""), ("PUT", r#"{"name":"his"}"#), ("PATCH", r#"{"name":"his"}"#)] {
        for condition in [None, Some(("if-match", "*")), Some(("if-none-match", "\"1\""))] {
            for path in [&uri(&list), &unknown, "/api/lists/x"] {
                let mut request = call(method, path).by("bob").json(body);
                if let Some((name, value)) = condition {
                    request = request.header(name, value);
                }
                let response = app.send(request).await;
                assert_eq!((response.status.as_u16(), response.code()), (404, "list_not_found".into()));
                assert!(response.headers.get("etag").is_none());
            }
        }
    }
    let theirs = call("PUT", &uri(&list)).by("bob").header("if-none-match", "*").json(r#"{"name":"his"}"#);
    assert_eq!(app.send(theirs).await.status, 201, "an id of another user is free");
    for path in ["/api/alice/lists".to_owned(), uri(&list).replace("/api/", "/api/alice/")] {
        let response = app.send(call("GET", &path).by("bob")).await;
        assert_eq!((response.status.as_u16(), response.code()), (403, "other_user".into()));
    }
    assert_eq!(names(&app.all_lists().await), ["hers"]);
}

#[actix_web::test]
async fn paths_that_fit_both_styles_are_short() {
    let app = app(&[]).await;
    let task = app.send(call("GET", "/api/tasks/lists").by("tasks")).await;
    assert_eq!((task.status.as_u16(), task.code()), (404, "task_not_found".into()));
    for path in ["/api/lists/tasks", "/api/lists/lists"] {
        let list = app.send(call("GET", path).by("lists")).await;
        assert_eq!((list.status.as_u16(), list.code()), (404, "list_not_found".into()), "{path}");
    }
    let post = app.send(call("POST", "/api/lists/tasks").by("lists").json("{}")).await;
    assert_eq!((post.status.as_u16(), post.header("allow")), (405, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"));
}

#[actix_web::test]
async fn repeated_requests_with_a_key_create_one_list() {
    let app = app(&[]).await;
    let post = |key: &str, body: &str| {
        call("POST", "/api/lists").by("alice").header("idempotency-key", key).json(body)
    };
    let first = app.send(post("one", r#"{"name":"a"}"#)).await;
    let again = app.send(post("one", r#"{"name":"a"}"#)).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!((again.header("location"), again.header("etag")), (first.header("location"), "\"1\""));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    let other = app.send(post("one", r#"{"name":"b"}"#)).await;
    assert_eq!(other.code(), "idempotency_key_reused");
    // A rejected request records nothing.
    assert_eq!(app.send(post("two", r#"{"name":"A"}"#)).await.code(), "already_exists");
    assert_eq!(app.send(post("two", r#"{"name":"b"}"#)).await.status, 201);
    assert_eq!(names(&app.all_lists().await), ["a", "b"]);
}

#[actix_web::test]
async fn wrong_members_of_lists_are_422_by_name_and_write_nothing() {
    let app = app(&[]).await;
    let list = app.list_of(&json!({"name": "a"})).await;
    let names_of = [
        json!(""),
        json!(" "),
        json!("\u{a0}\u{2003}\t"),
        json!("\u{200b}"),
        json!("x".repeat(101)),
        json!("🚀".repeat(101)),
        json!("a\u{0}b"),
        json!("\u{7}"),
        json!("a\u{1b}[0m"),
        json!(1),
        json!(0.5),
        json!(true),
        json!(false),
        json!([]),
        json!(["a"]),
        json!({}),
        json!({"name": "a"}),
        json!("\u{2800}"),
        json!("\u{1f}"),
        json!("\u{ad}\u{feff}"),
    ];
    let colors = [
        json!(""),
        json!("#"),
        json!("1e90ff"),
        json!("#1e90f"),
        json!("#1e90ff0"),
        json!("#1e9"),
        json!("#1e90fg"),
        json!(" #1e90ff"),
        json!("#1e90ff "),
        json!("red"),
        json!("rgb(1,2,3)"),
        json!("#１e90ff"),
        json!("0x1e90ff"),
        json!("#1e90ff\n"),
        json!("#+1e90f"),
        json!(1),
        json!(true),
        json!([]),
        json!({}),
        json!(["#1e90ff"]),
    ];
    for (member, wrong) in [("name", names_of), ("color", colors)] {
        for value in wrong {
            let mut body = json!({"name": "b"});
            body[member] = value.clone();
            let create = call("PUT", &format!("/api/lists/{ID}")).by("alice").header("if-none-match", "*");
            for response in [
                app.send(call("POST", "/api/lists").by("alice").json(&body.to_string())).await,
                app.send(create.json(&body.to_string())).await,
                app.change_list("PUT", &list, &body).await,
                app.change_list("PATCH", &list, &body).await,
            ] {
                let problem = response.json();
                assert_eq!(
                    (response.status.as_u16(), &problem["errors"][0]["loc"]),
                    (422, &json!(["body", member])),
                    "{value}"
                );
                assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{value}");
            }
        }
    }
    for (method, path, body) in [
        ("POST", "/api/lists", r#"{"color":null}"#),
        ("POST", "/api/lists", r#"{"name":null}"#),
        ("PATCH", &*uri(&list), r#"{"name":null}"#),
    ] {
        let response = app.send(call(method, path).by("alice").json(body)).await;
        assert_eq!(
            (response.status.as_u16(), &response.json()["errors"][0]["loc"]),
            (422, &json!(["body", "name"]))
        );
    }
    let both = app.send(call("POST", "/api/lists").by("alice").json(r#"{"name":"","color":"red"}"#)).await;
    assert_eq!(both.json()["errors"].as_array().unwrap().len(), 2);
    let read = app.send(call("GET", &uri(&list)).by("alice")).await;
    assert_eq!((read.json(), app.all_lists().await.len()), (list, 1));
}

#[actix_web::test]
async fn lists_are_moved() {
    let app = app(&[]).await;
    let mut lists = Vec::new();
    for name in ["a", "b", "c"] {
        lists.push(app.list_of(&json!({ "name": name })).await);
    }
    let path = |list: &Value| format!("{}/move", uri(list));
    let put = async |list: &Value, body: &Value| {
        app.send(call("POST", &path(list)).by("alice").json(&body.to_string())).await
    };
    for (list, body, expected, etag) in [
        (2, json!({"to": "first"}), ["c", "a", "b"], "\"4\""),
        (2, json!({"before": lists[0]["id"]}), ["c", "a", "b"], "\"4\""),
        (0, json!({"after": lists[1]["id"], "to": null}), ["c", "b", "a"], "\"5\""),
        (0, json!({"before": lists[1]["id"]}), ["c", "a", "b"], "\"6\""),
    ] {
        let moved = put(&lists[list], &body).await;
        assert_eq!((moved.status.as_u16(), moved.header("etag")), (200, etag), "{body}");
        assert_eq!(moved.json()["id"], lists[list]["id"]);
        assert_eq!(names(&app.all_lists().await), expected, "{body}");
    }
    let theirs = app.send(call("POST", "/api/lists").by("bob").json(r#"{"name":"his"}"#)).await.json();
    for (body, member) in [
        (json!({"before": theirs["id"]}), "before"),
        (json!({"after": ID}), "after"),
        (json!({"after": "x"}), "after"),
        (json!({"after": 1}), "after"),
        (json!({}), "to"),
        (json!({"to": "top"}), "to"),
        (json!({"to": "first", "before": lists[0]["id"]}), "to"),
    ] {
        let stale = call("POST", &path(&lists[1])).by("alice").header("if-match", "\"999\"");
        let rejected = app.send(stale.json(&body.to_string())).await;
        let loc = rejected.json()["errors"][0]["loc"].clone();
        assert_eq!((rejected.status.as_u16(), loc), (422, json!(["body", member])), "{body}");
    }
    let stale = call("POST", &path(&lists[1])).by("alice").header("if-match", "\"999\"");
    assert_eq!(app.send(stale.json(r#"{"to":"last"}"#)).await.status, 412);
    let theirs = app.send(call("POST", &path(&lists[1])).by("bob").json(r#"{"to":"last"}"#)).await;
    assert_eq!((theirs.status.as_u16(), theirs.code()), (404, "list_not_found".into()));
    assert_eq!(names(&app.all_lists().await), ["c", "a", "b"]);
}

use super::{app, call, token};

#[actix_web::test]
async fn deleting_a_user_needs_a_confirmation() {
    let app = app(&[]).await;
    let (id, _) = app.create("zoë/1", r#"{"title":"stays"}"#).await;
    let delete = || call("DELETE", "/api/zo%C3%AB%2F1").by("zoë/1");
    for request in [
        delete(),
        delete().header("x-confirm-delete", ""),
        delete().header("x-confirm-delete", "true"),
        delete().header("x-confirm-delete", "zoe/1"),
        delete().header("x-confirm-delete", "zo%C3%AB/1").header("x-confirm-delete", "zo%C3%AB/1"),
    ] {
        let response = app.send(request).await;
        assert_eq!((response.status.as_u16(), response.code()), (428, "confirmation_required".into()));
        assert!(response.json()["detail"].as_str().unwrap().contains("X-Confirm-Delete"));
    }
    assert_eq!(app.send(call("GET", &format!("/api/tasks/{id}")).by("zoë/1")).await.status, 200);
}

#[actix_web::test]
async fn deleting_a_user_deletes_only_their_tasks() {
    let app = app(&[]).await;
    let (id, _) = app.create("zoë/1", r#"{"title":"to delete"}"#).await;
    app.create("bob", r#"{"title":"stays"}"#).await;
    for path in ["/api/zo%C3%AB%2F1", "/api/zo%C3%AB%2F1/"] {
        let request = call("DELETE", path).by("zoë/1").header("x-confirm-delete", "zo%C3%AB%2F1");
        let response = app.send(request).await;
        assert_eq!((response.status.as_u16(), response.body.as_ref()), (204, b"".as_slice()), "{path}");
    }
    assert_eq!(app.send(call("GET", &format!("/api/tasks/{id}")).by("zoë/1")).await.status, 404);
    assert_eq!(app.send(call("GET", "/api/tasks").by("zoë/1")).await.body.as_ref(), b"[]");
    assert_eq!(app.send(call("GET", "/api/tasks").by("bob")).await.json().as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn confirmations_do_not_open_other_paths() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"hers"}"#).await;
    let request = call("DELETE", "/api/alice").by("bob").header("x-confirm-delete", "alice");
    assert_eq!(app.send(request).await.code(), "other_user");
    let request = call("DELETE", "/api/tasks").by("alice").header("x-confirm-delete", "alice");
    assert_eq!(app.send(request).await.code(), "method_not_allowed");
    let request = call("DELETE", "/api/").by("alice").header("x-confirm-delete", "alice");
    assert_eq!(app.send(request).await.status, 404);
    assert_eq!(app.send(call("GET", "/api/tasks").by("alice")).await.json().as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn tasks_are_transferred_with_the_token_of_their_user() {
    let app = app(&[]).await;
    let (id, _) = app.create("anonymous", r#"{"title":"typed before the sign-up"}"#).await;
    let body = format!(r#"{{"from_token":"{}","other":1}}"#, token("anonymous"));
    for path in ["/api/alice/tasks/transfer", "/api/tasks/transfer"] {
        let response = app.send(call("POST", path).by("alice").json(&body)).await;
        assert_eq!((response.status.as_u16(), response.body.as_ref()), (204, b"".as_slice()), "{path}");
    }
    let task = app.send(call("GET", &format!("/api/tasks/{id}")).by("alice")).await.json();
    assert_eq!((&task["title"], &task["user_id"]), (&"typed before the sign-up".into(), &"alice".into()));
    assert_eq!(app.send(call("GET", "/api/tasks").by("anonymous")).await.body.as_ref(), b"[]");
}

#[actix_web::test]
async fn transfers_need_a_valid_token_of_another_user() {
    let app = app(&[]).await;
    app.create("bob", r#"{"title":"his"}"#).await;
    let (valid, own) = (token("bob"), token("alice"));
    let forged = format!("{}x", &valid[..valid.len() - 1]);
    for (body, kind) in [
        ("{}".into(), "missing"),
        (r#"{"from_token":null}"#.into(), "string_type"),
        (r#"{"from_token":"bob"}"#.into(), "invalid_token"),
        (format!(r#"{{"from_token":"{forged}"}}"#), "invalid_token"),
        (format!(r#"{{"from_token":"Bearer {valid}"}}"#), "invalid_token"),
        (format!(r#"{{"from_token":"{own}"}}"#), "value_error"),
    ] {
        let response = app.send(call("POST", "/api/tasks/transfer").by("alice").json(&body)).await;
        assert_eq!((response.status.as_u16(), response.code()), (422, "validation".into()), "{body}");
        let error = &response.json()["errors"][0];
        assert_eq!((&error["loc"][1], &error["type"]), (&"from_token".into(), &kind.into()), "{body}");
        assert!(!response.json()["detail"].as_str().unwrap().contains(&valid), "the token is not repeated");
    }
    assert_eq!(app.send(call("GET", "/api/tasks").by("bob")).await.json().as_array().unwrap().len(), 1);
}

//! Wrong values of each parameter.

use domain::{FeedPosition, ListId, ObjectId, Owner, OwnerRevision, Revision, TaskId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::super::{app, call};
use crate::http::position;

#[actix_web::test]
async fn wrong_limits_are_422() {
    let app = app(&[]).await;
    let wrong = [
        "",
        "0",
        "00",
        "-1",
        "-0",
        "+5",
        " 5",
        "5 ",
        "1001",
        "1000.0",
        "0.5",
        "1e3",
        "0x10",
        "1,2",
        "1_000",
        "٥",
        "５",
        "null",
        "true",
        "NaN",
        "inf",
        "all",
        "*",
        "[]",
        "{}",
        "5;",
        "5\0",
        "5\n",
        "4294967297",
        "99999999999999999999",
        "\u{0}",
        "limit",
    ];
    for value in wrong {
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        for query in [format!("limit={value}"), format!("since=x&limit={value}")] {
            let response = app.send(call("GET", &format!("/api/tasks/changes?{query}")).by("alice")).await;
            assert_eq!((response.status.as_u16(), response.code()), (422, "validation".into()), "{query}");
            let errors = &response.json()["errors"];
            let msg = "must be an integer from 1 to 1000";
            assert_eq!(
                *errors,
                json!([{"loc": ["query", "limit"], "msg": msg, "type": "value_error"}]),
                "{query}"
            );
        }
    }
}

#[actix_web::test]
async fn other_texts_than_positions_are_410() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"a"}"#).await;
    app.create("bob", r#"{"title":"b"}"#).await;
    let (own, theirs) = (app.present("alice").await, app.present("bob").await);
    let mut wrong: Vec<String> = [
        " ",
        "0",
        "1",
        "-1",
        "412",
        "null",
        "undefined",
        "latest",
        "now",
        "start",
        "*",
        "\"1\"",
        "W/\"1\"",
        "A",
        "AA",
        "AAAA",
        "=",
        "==",
        "é",
        "٥",
        "\0",
        "\n",
        "🚀",
        "2026-11-21",
        "2026-11-21T09:15:17Z",
        "' OR 1=1--",
        "<script>",
        "../../etc/passwd",
        "{}",
        "[]",
        "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11",
        "%",
        "%25",
    ]
    .map(str::to_owned)
    .into();
    wrong.extend([
        theirs,
        format!("{own}="),
        format!("{own}A"),
        format!(" {own}"),
        format!("{own} "),
        format!("{own}\0"),
        format!("{own},{own}"),
        own[1..].to_owned(),
        own[..own.len() - 1].to_owned(),
        own.to_lowercase(),
        own.chars().rev().collect(),
        "A".repeat(128),
        "A".repeat(129),
        "A".repeat(7000),
    ]);
    let mut bodies = Vec::new();
    for since in wrong {
        let value = utf8_percent_encode(&since, NON_ALPHANUMERIC);
        let response = app.send(call("GET", &format!("/api/tasks/changes?since={value}")).by("alice")).await;
        let result = (response.status.as_u16(), response.code());
        assert_eq!(result, (410, "resync_required".into()), "{since:?}");
        assert_eq!(response.header("content-type"), "application/problem+json");
        bodies.push(response.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "a position of another user is like any other text");
}

#[actix_web::test]
async fn repeated_and_unreadable_parameters_are_422() {
    let app = app(&[]).await;
    let own = app.present("alice").await;
    let cases = [
        (format!("since={own}&since=x"), "since", "repeated"),
        (format!("since=&since={own}"), "since", "repeated"),
        (format!("since={own}&since="), "since", "repeated"),
        ("limit=5&limit=6".to_owned(), "limit", "repeated"),
        ("limit=5&limit=".to_owned(), "limit", "value_error"),
        ("limit=x&limit=5".to_owned(), "limit", "value_error"),
        ("since=%ff".to_owned(), "since", "string_unicode"),
        (format!("since={own}%c3"), "since", "string_unicode"),
        ("limit=%ff".to_owned(), "limit", "string_unicode"),
        ("limit=5%80".to_owned(), "limit", "string_unicode"),
    ];
    for (query, name, kind) in cases {
        let response = app.send(call("GET", &format!("/api/tasks/changes?{query}")).by("alice")).await;
        assert_eq!((response.status.as_u16(), response.code()), (422, "validation".into()), "{query}");
        let errors = response.json()["errors"].clone();
        assert_eq!(errors.as_array().unwrap().len(), 1, "{query}");
        assert_eq!(
            (&errors[0]["loc"], &errors[0]["type"]),
            (&json!(["query", name]), &json!(kind)),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn other_queries_are_accepted() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"a"}"#).await;
    let own = app.present("alice").await;
    let snapshot = app.changes("alice", "").await;
    let nothing = app.changes("alice", &format!("?since={own}")).await;
    for (query, expected) in [
        ("?".to_owned(), &snapshot),
        ("?since".to_owned(), &snapshot),
        ("?since=".to_owned(), &snapshot),
        ("?since=&since=".to_owned(), &snapshot),
        (format!("?Since={own}&SINCE={own}"), &snapshot),
        ("?cursor=x&offset=-1&search=%00&status=none&overdue=2".to_owned(), &snapshot),
        ("?limit=5&limit=05&&=&x".to_owned(), &snapshot),
        (format!("?since={own}&since={own}"), &nothing),
        (format!("?%73ince={}", own.replace('A', "%41")), &nothing),
    ] {
        assert_eq!(app.changes("alice", &query).await, *expected, "{query}");
    }
}

#[actix_web::test]
async fn positions_that_were_never_issued_are_410() {
    let app = app(&[]).await;
    let owner = Owner::for_test("alice");
    for title in ["a", "b", "c"] {
        app.create("alice", &format!(r#"{{"title":"{title}"}}"#)).await;
    }
    let Some(FeedPosition::At(present)) = position::decode(&app.present("alice").await, &owner) else {
        panic!("the last page ends at a revision")
    };
    let other = |epoch: i64, revision: i64| OwnerRevision { epoch, revision: Revision::new(revision) };
    let id = uuid::Uuid::from_u128(7);
    let (task, list) = (ObjectId::Task(TaskId::new(id)), ObjectId::List(ListId::new(id)));
    let unusable = [
        other(present.epoch, present.revision.number() + 1),
        other(present.epoch, 1 << 53),
        other(present.epoch, i64::MAX),
        other(present.epoch + 1, 3),
        other(present.epoch - 1, 3),
        other(-present.epoch, 3),
        other(0, 3),
        other(i64::MAX, 1),
        other(i64::MIN, 1),
    ];
    for at in unusable {
        let within = |after| FeedPosition::InSnapshot { began: at, after };
        for place in [FeedPosition::At(at), within(task), within(list)] {
            let text = position::encode(place, &owner);
            let response =
                app.send(call("GET", &format!("/api/tasks/changes?since={text}")).by("alice")).await;
            assert_eq!(
                (response.status.as_u16(), response.code()),
                (410, "resync_required".into()),
                "{place:?}"
            );
        }
    }
    // Behind any object, also one that never was, a snapshot continues.
    for after in [task, list] {
        let place = FeedPosition::InSnapshot { began: present, after };
        let page = app.changes("alice", &format!("?since={}", position::encode(place, &owner))).await;
        assert_eq!(page["next"], json!(app.present("alice").await), "{page}");
    }
}

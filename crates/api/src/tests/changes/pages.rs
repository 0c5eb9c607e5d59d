//! Pages, headers and methods.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::{app, call};
use super::id;

#[actix_web::test]
async fn snapshots_have_live_objects_in_pages() {
    let app = app(&[]).await;
    let home = call("PUT", &format!("/api/lists/{}", id(1))).by("alice").header("if-none-match", "*");
    assert_eq!(app.send(home.json(r#"{"name":"Home"}"#)).await.status, 201);
    let mut expected = BTreeSet::from([id(1)]);
    for number in 0..5 {
        let (task, _) = app.create("alice", &format!(r#"{{"title":"{number}"}}"#)).await;
        if number == 0 {
            assert_eq!(app.send(call("DELETE", &format!("/api/tasks/{task}")).by("alice")).await.status, 204);
        } else {
            expected.insert(task);
        }
    }
    for limit in [1, 2, 4, 5, 6, 1000] {
        let (mut since, mut found, mut pages) = (String::new(), Vec::new(), 0);
        loop {
            let page = app.changes("alice", &format!("?since={since}&limit={limit}")).await;
            let changes = page["changes"].as_array().unwrap();
            assert!((1..=limit).contains(&changes.len()), "{page}");
            for change in changes {
                app.assert_present("alice", change).await;
                found.push(change["id"].as_str().unwrap().to_owned());
            }
            page["next"].as_str().unwrap().clone_into(&mut since);
            pages += 1;
            if page["more"] == json!(false) {
                break;
            }
        }
        assert_eq!((pages, found.len()), (5_usize.div_ceil(limit), 5), "each once");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
        assert_eq!(since, app.present("alice").await);
    }
}

#[actix_web::test]
async fn changes_during_a_snapshot_follow_it() {
    let app = app(&[]).await;
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(app.create("alice", &format!(r#"{{"title":"{number}"}}"#)).await.0);
    }
    let page = app.changes("alice", "?limit=3").await;
    for change in page["changes"].as_array().unwrap() {
        let path = format!("/api/tasks/{}", change["id"].as_str().unwrap());
        assert_eq!(app.send(call("DELETE", &path).by("alice")).await.status, 204);
    }
    let last = app.changes("alice", &format!("?since={}", page["next"].as_str().unwrap())).await;
    assert_eq!((last["changes"].as_array().unwrap().len(), &last["more"]), (1, &json!(false)));
    let mut since = last["next"].as_str().unwrap().to_owned();
    let deleted = app.news("alice", &mut since).await;
    assert_eq!(deleted.len(), 3);
    assert!(deleted.iter().all(|change| change["kind"] == "deleted"), "{deleted:?}");
}

#[actix_web::test]
async fn the_body_has_changes_next_and_more() {
    let app = app(&[]).await;
    let empty = app.send(call("GET", "/api/tasks/changes").by("alice")).await;
    let next = empty.json()["next"].as_str().unwrap().to_owned();
    let expected = format!(r#"{{"changes":[],"next":"{next}","more":false}}"#);
    assert_eq!(empty.body, expected);
    assert!(next.len() <= 128, "{next}");
    let again = app.send(call("GET", &format!("/api/tasks/changes?since={next}")).by("alice")).await;
    assert_eq!(again.body, expected, "nothing follows");
    let put = call("PUT", &format!("/api/lists/{}", id(1))).by("alice").header("if-none-match", "*");
    let list = app.send(put.json(r#"{"name":"Home"}"#)).await;
    app.create("alice", r#"{"title":"a","description":"\"","priority":"high"}"#).await;
    let tasks = app.send(call("GET", "/api/tasks").by("alice")).await;
    let task = String::from_utf8(tasks.body[1..tasks.body.len() - 1].to_vec()).unwrap();
    let (list, task_id) = (String::from_utf8(list.body.to_vec()).unwrap(), tasks.json()[0]["id"].clone());
    let changes = app.send(call("GET", &format!("/api/tasks/changes?since={next}")).by("alice")).await;
    let next = changes.json()["next"].as_str().unwrap().to_owned();
    let of_list = format!(r#"{{"revision":1,"type":"list","kind":"put","id":"{}","list":{list}}}"#, id(1));
    let of_task = format!(r#"{{"revision":2,"type":"task","kind":"put","id":{task_id},"task":{task}}}"#);
    let expected = format!(r#"{{"changes":[{of_list},{of_task}],"next":"{next}","more":false}}"#);
    assert_eq!(changes.body, expected, "lists without counts, tasks as elsewhere");
}

#[actix_web::test]
async fn a_page_has_500_changes_or_the_requested_number() {
    let app = app(&[]).await;
    let mut present = app.present("alice").await;
    let operations: Vec<_> =
        (0..500).map(|number| json!({"op": "create", "task": {"title": number.to_string()}})).collect();
    for _ in 0..2 {
        let body = json!({"operations": operations}).to_string();
        assert_eq!(app.send(call("POST", "/api/tasks/bulk").by("alice").json(&body)).await.status, 200);
    }
    app.create("alice", r#"{"title":"one more"}"#).await;
    for since in ["", &format!("since={present}&")] {
        for (limit, length) in [("", 500), ("limit=1000", 1000), ("limit=0999", 999), ("limit=1", 1)] {
            let page = app.changes("alice", &format!("?{since}{limit}")).await;
            assert_eq!((page["changes"].as_array().unwrap().len(), &page["more"]), (length, &json!(true)));
        }
    }
    let mut revisions = Vec::new();
    for length in [500, 500, 1] {
        let page = app.changes("alice", &format!("?since={present}")).await;
        let changes = page["changes"].as_array().unwrap();
        assert_eq!((changes.len(), &page["more"]), (length, &json!(length == 500)));
        revisions.extend(changes.iter().map(|change| change["revision"].as_u64().unwrap()));
        page["next"].as_str().unwrap().clone_into(&mut present);
    }
    assert_eq!(revisions, (1..=1001).collect::<Vec<u64>>());
}

#[actix_web::test]
async fn responses_are_private_and_compressed_and_have_no_tag() {
    let app = app(&[]).await;
    for number in 0..70 {
        app.create("alice", &format!(r#"{{"title":"Zoë {number}"}}"#)).await;
    }
    let plain = app.send(call("GET", "/api/tasks/changes").by("alice")).await;
    assert_eq!(plain.header("cache-control"), "private, no-cache");
    assert!(plain.header("vary").starts_with("Authorization, Accept-Encoding"), "{}", plain.header("vary"));
    assert_eq!((plain.header("content-type"), plain.header("etag")), ("application/json", ""));
    for path in ["/api/tasks/changes/", "/api/alice/tasks/changes", "/api/alice/tasks/changes/?since="] {
        assert_eq!(app.send(call("GET", path).by("alice")).await.body, plain.body, "{path}");
    }
    for (name, value) in [
        ("if-none-match", "*"),
        ("if-none-match", "W/\"1\""),
        ("if-match", "\"1\""),
        ("prefer", "return=minimal"),
    ] {
        let response = app.send(call("GET", "/api/tasks/changes").by("alice").header(name, value)).await;
        assert_eq!((response.status.as_u16(), &response.body), (200, &plain.body), "{name}: {value}");
    }
    for coding in ["gzip", "br"] {
        let request = call("GET", "/api/tasks/changes").by("alice").header("accept-encoding", coding);
        let response = app.send(request).await;
        assert_eq!(response.header("content-encoding"), coding);
        assert_eq!(crate::tests::compression::decoded(&response), plain.body);
    }
    let head = app.send(call("HEAD", "/api/tasks/changes").by("alice")).await;
    assert_eq!(head.status, 200);
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for path in ["/api/tasks/changes", "/api/alice/tasks/changes/"] {
            let response = app.send(call(method, path).by("alice").json("{}")).await;
            assert_eq!((response.status.as_u16(), response.header("allow")), (405, "GET, HEAD, OPTIONS"));
        }
    }
}

#[actix_web::test]
async fn a_hundred_changes_count_as_a_request() {
    tokio::time::pause();
    let app = app(&[("limits.requests_per_second", "10"), ("limits.burst", "100")]).await;
    let operations: Vec<_> = (0..250).map(|_| json!({"op": "create", "task": {"title": "a"}})).collect();
    let body = json!({"operations": operations}).to_string();
    let written = app.send(call("POST", "/api/tasks/bulk").by("alice").json(&body)).await;
    assert_eq!(written.header("ratelimit"), "\"owner\";r=74;t=1");
    for (limit, left) in [(99, 73), (100, 71), (199, 69), (1000, 66)] {
        let request = call("GET", &format!("/api/tasks/changes?limit={limit}")).by("alice");
        let response = app.send(request).await;
        assert_eq!(response.header("ratelimit"), format!("\"owner\";r={left};t=1"), "{limit}");
    }
    let present = app.present("alice").await;
    let nothing = app.send(call("GET", &format!("/api/tasks/changes?since={present}")).by("alice")).await;
    assert_eq!(nothing.header("ratelimit"), "\"owner\";r=62;t=1", "three for the present, one for nothing");
}

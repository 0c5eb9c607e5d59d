//! Limits of a bulk request: its size, the quota, the rate.

use super::*;

#[actix_web::test]
async fn five_hundred_operations_and_a_mebibyte_are_the_most() {
    let app = app(&[("limits.max_body_bytes", "1024")]).await;
    let list: Vec<Value> = (0..500).map(creation).collect();
    assert_eq!(app.bulk(&json!({"operations": list})).await.status, 200);
    assert_eq!(app.revisions("alice").await.len(), 500);
    for (bytes, status) in [(1 << 20, 200), ((1 << 20) + 1, 413)] {
        let mut body = String::from(r#"{"operations":[]"#);
        write!(body, "{}}}", " ".repeat(bytes - body.len() - 1)).unwrap();
        let response = app.send(call("POST", "/api/tasks/bulk").by("alice").json(&body)).await;
        assert_eq!((body.len(), response.status.as_u16()), (bytes, status));
    }
}

#[actix_web::test]
async fn the_quota_applies_to_each_operation() {
    let limits = WriteLimits { tasks_per_owner: NonZeroU64::new(2) };
    let settings = settings(&[]);
    let repository = Arc::new(MemoryTasks::with_limits(limits));
    let app = app_over(state(repository, &settings), &settings).await;
    let list = json!([
        creation(1), creation(2), creation(3), creation(1),
        {"op": "delete", "id": id(1)}, creation(3), {"op": "restore", "id": id(1)},
    ]);
    let response = app.bulk(&each(&list)).await;
    assert_eq!(statuses(&response), [201, 201, 409, 409, 204, 201, 409]);
    let codes: Vec<Value> =
        [2, 3, 6].iter().map(|index| response.json()["results"][index]["problem"]["code"].clone()).collect();
    assert_eq!(codes, ["quota_exceeded", "already_exists", "quota_exceeded"]);
    assert_eq!(response.json()["results"][6]["problem"]["limit"], 2);
    let response =
        app.bulk(&json!({"operations": [{"op": "delete", "id": id(2)}, creation(4), creation(5)]})).await;
    assert_eq!((response.code(), response.json()["index"].as_u64()), ("quota_exceeded".into(), Some(2)));
}

#[actix_web::test]
async fn ten_operations_count_as_a_request() {
    tokio::time::pause();
    let app = app(&[("limits.requests_per_second", "10"), ("limits.burst", "100")]).await;
    for (operations, left) in [(0, 99), (9, 98), (10, 96), (199, 76)] {
        let list: Vec<Value> = (0..operations).map(|_| json!({"op": "delete", "id": UNKNOWN})).collect();
        let response = app.bulk(&each(&json!(list))).await;
        assert_eq!(response.header("ratelimit"), format!("\"owner\";r={left};t=1"), "{operations}");
    }
}

//! Records of writes whose client leaves.

use std::fs;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::stream::pending;
use prometheus_client::metrics::counter::Counter;

use super::*;
use crate::state::AuditLog;

#[actix_web::test]
async fn write_without_a_response_is_recorded_as_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let audit = AuditLog::open(&file, Counter::default()).unwrap();
    let settings = settings(&[]);
    let state = AppState { audit: Some(audit.clone()), ..state(Arc::new(MemoryTasks::default()), &settings) };
    let app = app_over(state, &settings).await;

    let request = TestRequest::post().uri("/api/tasks").insert_header(("content-type", "application/json"));
    let request = request.insert_header(("authorization", format!("Bearer {}", token("alice"))));
    let body: Payload = Payload::Stream { payload: Box::pin(pending::<Result<Bytes, PayloadError>>()) };
    let (request, _) = request.to_request().replace_payload(body);
    {
        let mut response = pin!(app.0.call(request));
        assert!(poll_fn(|context| Poll::Ready(response.as_mut().poll(context).is_pending())).await);
        audit.flush();
        assert_eq!(fs::read_to_string(&file).unwrap(), "");
    }
    audit.flush();
    let record: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!((&record["user"], &record["result"]), (&"alice".into(), &"unknown".into()));
    assert!(record["status"].is_null(), "{record}");
}

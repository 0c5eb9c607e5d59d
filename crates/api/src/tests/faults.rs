use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{
    AtRevision, Changes, Command, CountedList, FeedPosition, Idempotency, Ids, ListQuery, Outcome, Owner,
    OwnerRevision, Page, Readiness, RepositoryError, TagCount, Task, TaskId, TaskRepository, Timestamp,
};

use tokio::sync::Semaphore;

use super::limits::Held;
use super::{TestResponse, app_over, call, settings, state};
use crate::state::AppState;

/// A database that is not ready, or does not respond at all.
struct NotReady {
    hangs: bool,
}

#[async_trait::async_trait]
impl Readiness for NotReady {
    async fn check(&self) -> Result<(), RepositoryError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Err(RepositoryError::Overloaded)
    }
}

#[actix_web::test]
async fn health_never_waits_for_the_database() {
    let (settings, unused) = (settings(&[]), || RepositoryError::Overloaded);
    for (hangs, second) in [(true, "ok"), (false, "unavailable")] {
        let state = state(Arc::new(Failing(unused)), &settings);
        let app = app_over(AppState { readiness: Arc::new(NotReady { hangs }), ..state }, &settings).await;
        assert_eq!(app.send(call("GET", "/health")).await.json()["database"], "ok");
        tokio::task::yield_now().await;
        let health = app.send(call("GET", "/health")).await;
        assert_eq!((health.status.as_u16(), health.json()["database"].as_str()), (200, Some(second)));
    }
}

#[actix_web::test]
async fn writes_beyond_the_deadline_have_an_unknown_outcome() {
    let settings = settings(&[]);
    let app = app_over(state(Arc::new(Held(Semaphore::new(0))), &settings), &settings).await;
    // The clock advances when everything waits.
    tokio::time::pause();
    let read = app.send(call("GET", "/api/tasks").by("alice")).await;
    assert_eq!(
        (read.status.as_u16(), read.code(), read.header("retry-after")),
        (503, "overloaded".into(), "1")
    );
    let write = app.send(call("POST", "/api/tasks").by("alice").json(r#"{"title":"a"}"#)).await;
    assert_eq!((write.status.as_u16(), write.code()), (503, "outcome_unknown".into()));
    assert!(!write.headers.contains_key("retry-after"));
}

/// A repository whose every call fails with this error.
struct Failing(fn() -> RepositoryError);

#[async_trait::async_trait]
impl TaskRepository for Failing {
    async fn execute(
        &self,
        _: &Owner,
        _: Command,
        _: Option<Idempotency>,
        _: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        Err(self.0())
    }

    async fn erase(&self, _: &Owner) -> Result<(), RepositoryError> {
        Err(self.0())
    }

    async fn execute_move(
        &self,
        _: &Owner,
        _: &Owner,
        _: Arc<dyn Ids>,
        _: Option<(Idempotency, Timestamp)>,
    ) -> Result<Outcome, RepositoryError> {
        Err(self.0())
    }

    async fn get(&self, _: &Owner, _: TaskId) -> Result<Task, RepositoryError> {
        Err(self.0())
    }

    async fn get_trashed(&self, _: &Owner, _: TaskId) -> Result<Task, RepositoryError> {
        Err(self.0())
    }

    async fn list(&self, _: &Owner, _: ListQuery) -> Result<Page, RepositoryError> {
        Err(self.0())
    }

    async fn lists(&self, _: &Owner, _: bool) -> Result<AtRevision<Vec<CountedList>>, RepositoryError> {
        Err(self.0())
    }

    async fn tags(&self, _: &Owner) -> Result<AtRevision<Vec<TagCount>>, RepositoryError> {
        Err(self.0())
    }

    async fn revision(&self, _: &Owner) -> Result<OwnerRevision, RepositoryError> {
        Err(self.0())
    }

    async fn changes(&self, _: &Owner, _: FeedPosition, _: u32) -> Result<Changes, RepositoryError> {
        Err(self.0())
    }
}

async fn failing(fail: fn() -> RepositoryError) -> TestResponse {
    let settings = settings(&[]);
    let app = app_over(state(Arc::new(Failing(fail)), &settings), &settings).await;
    let list = app.send(call("GET", "/api/tasks").by("alice")).await;
    let changes = app.send(call("GET", "/api/tasks/changes").by("alice")).await;
    assert_eq!((changes.status, changes.code()), (list.status, list.code()));
    list
}

#[actix_web::test]
async fn unavailable_database_is_503_with_retry_after() {
    let unavailable = failing(|| RepositoryError::Unavailable("password=hunter2".into())).await;
    assert_eq!(
        (unavailable.status.as_u16(), unavailable.code(), unavailable.header("retry-after")),
        (503, "unavailable".into(), "1")
    );
    assert!(!String::from_utf8_lossy(&unavailable.body).contains("hunter2"));
    let busy = failing(|| RepositoryError::Overloaded).await;
    assert_eq!(
        (busy.status.as_u16(), busy.code(), busy.header("retry-after")),
        (503, "overloaded".into(), "1")
    );
}

#[actix_web::test]
async fn read_only_service_is_503_with_a_long_delay() {
    let read_only = failing(|| RepositoryError::ReadOnly).await;
    assert_eq!(
        (read_only.status.as_u16(), read_only.code(), read_only.header("retry-after")),
        (503, "read_only".into(), "60")
    );
}

#[actix_web::test]
async fn unknown_outcome_is_503_without_retry_after() {
    let unknown = failing(|| RepositoryError::OutcomeUnknown("the connection was lost".into())).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (503, "outcome_unknown".into()));
    assert!(unknown.headers.get("retry-after").is_none());
}

#[actix_web::test]
async fn too_many_scans_are_429_with_retry_after() {
    let begin = Instant::now();
    let rejected = failing(|| RepositoryError::TooManyScans).await;
    // As every 429: clients that retry at once would occupy the processor.
    assert!(begin.elapsed() >= Duration::from_millis(500));
    assert_eq!(
        (rejected.status.as_u16(), rejected.code(), rejected.header("retry-after")),
        (429, "too_many_scans".into(), "1")
    );
}

#[actix_web::test]
async fn internal_errors_are_500_without_details() {
    let broken = failing(|| RepositoryError::Fault("relation \"tasks\" does not exist".into())).await;
    assert_eq!((broken.status.as_u16(), broken.code()), (500, "internal".into()));
    assert!(!String::from_utf8_lossy(&broken.body).contains("tasks\\\""));
}

#[actix_web::test]
async fn panics_are_500_and_the_next_request_is_served() {
    let settings = settings(&[]);
    let app = app_over(state(Arc::new(Failing(|| panic!("a defect"))), &settings), &settings).await;
    let response = app.send(call("GET", "/api/tasks").by("alice")).await;
    assert_eq!((response.status.as_u16(), response.code()), (500, "internal".into()));
    assert_eq!(app.send(call("GET", "/livez")).await.status, 200);
}

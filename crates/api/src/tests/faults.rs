use std::sync::Arc;

use domain::{
    Command, ListQuery, Outcome, Owner, Page, RepositoryError, Task, TaskId, TaskRepository, Timestamp,
};

use super::{Answer, app_over, call, settings, state};

/// A repository that fails in the way that its name for the error says, at every call.
struct Failing(fn() -> RepositoryError);

#[async_trait::async_trait]
impl TaskRepository for Failing {
    async fn write(&self, _: &Owner, _: Command, _: Timestamp) -> Result<Outcome, RepositoryError> {
        Err(self.0())
    }

    async fn get(&self, _: &Owner, _: TaskId) -> Result<Task, RepositoryError> {
        Err(self.0())
    }

    async fn list(&self, _: &Owner, _: ListQuery) -> Result<Page, RepositoryError> {
        Err(self.0())
    }
}

async fn failing(fail: fn() -> RepositoryError) -> Answer {
    let settings = settings(&[]);
    let app = app_over(state(Arc::new(Failing(fail)), &settings), &settings).await;
    app.send(call("GET", "/api/tasks").by("alice")).await
}

#[actix_web::test]
async fn a_database_that_is_away_is_503_and_says_when_to_come_back() {
    let away = failing(|| RepositoryError::Unavailable("password=hunter2".into())).await;
    assert_eq!(
        (away.status.as_u16(), away.code(), away.header("retry-after")),
        (503, "unavailable".into(), "1")
    );
    assert!(!String::from_utf8_lossy(&away.body).contains("hunter2"));
    let busy = failing(|| RepositoryError::Overloaded).await;
    assert_eq!(
        (busy.status.as_u16(), busy.code(), busy.header("retry-after")),
        (503, "overloaded".into(), "1")
    );
}

#[actix_web::test]
async fn a_write_that_may_have_happened_is_503_and_invites_no_retry() {
    let unknown = failing(|| RepositoryError::OutcomeUnknown("the connection was lost".into())).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (503, "outcome_unknown".into()));
    assert!(unknown.headers.get("retry-after").is_none());
}

#[actix_web::test]
async fn too_many_scans_are_429_and_say_when_to_come_back() {
    let rejected = failing(|| RepositoryError::TooManyScans).await;
    assert_eq!(
        (rejected.status.as_u16(), rejected.code(), rejected.header("retry-after")),
        (429, "too_many_scans".into(), "1")
    );
}

#[actix_web::test]
async fn a_defect_is_500_and_shows_nothing_of_itself() {
    let broken = failing(|| RepositoryError::Fault("relation \"tasks\" does not exist".into())).await;
    assert_eq!((broken.status.as_u16(), broken.code()), (500, "internal".into()));
    assert!(!String::from_utf8_lossy(&broken.body).contains("tasks\\\""));
}

#[actix_web::test]
async fn a_panic_is_500_and_the_next_request_is_served() {
    let settings = settings(&[]);
    let app = app_over(state(Arc::new(Failing(|| panic!("a defect"))), &settings), &settings).await;
    let answer = app.send(call("GET", "/api/tasks").by("alice")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (500, "internal".into()));
    assert_eq!(app.send(call("GET", "/livez")).await.status, 200);
}

//! Responses with tasks, serialized straight from the domain into one buffer.

use actix_web::http::header::{self, HeaderValue};
use actix_web::rt::task::yield_now;
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::Task;
use serde::{Serialize, Serializer};
use tokio::sync::Semaphore;

use crate::members;

/// A task as JSON.
pub(crate) struct TaskJson<'a>(pub(crate) &'a Task);

impl Serialize for TaskJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        members::write(self.0, serializer)
    }
}

/// The entity tag of a task: its revision, quoted.
pub(crate) fn etag(task: &Task) -> String {
    format!("\"{}\"", task.revision)
}

/// Responds with one task.
pub fn task(builder: &mut HttpResponseBuilder, task: &Task) -> HttpResponse {
    own(builder).insert_header((header::ETAG, etag(task)));
    json(builder, &TaskJson(task))
}

/// Tasks that are written before other requests of the thread have their turn: 100 KB with texts of 1,000 characters.
const TASKS_AT_ONCE: usize = 64;

/// Long lists that are written at the same time: more of them would only finish later.
static LONG_LISTS: Semaphore = Semaphore::const_new(2);

/// Responds with an array of tasks. A page of 1,000 long tasks takes milliseconds to write; requests of others on the
/// same thread are served in between.
pub async fn tasks(builder: &mut HttpResponseBuilder, tasks: &[Task]) -> HttpResponse {
    own(builder);
    let _one_of_few = if tasks.len() > TASKS_AT_ONCE { LONG_LISTS.acquire().await.ok() } else { None };
    // A task with the usual texts takes about 300 bytes.
    let mut body = Vec::with_capacity(2 + tasks.len() * 320);
    body.push(b'[');
    for (number, chunk) in tasks.chunks(TASKS_AT_ONCE).enumerate() {
        if number > 0 {
            yield_now().await;
        }
        for task in chunk {
            if body.len() > 1 {
                body.push(b',');
            }
            if serde_json::to_writer(&mut body, &TaskJson(task)).is_err() {
                return HttpResponse::InternalServerError().finish();
            }
        }
    }
    body.push(b']');
    builder.content_type("application/json").body(body)
}

/// Answers with some other value.
pub(crate) fn json(builder: &mut HttpResponseBuilder, value: &impl Serialize) -> HttpResponse {
    match serde_json::to_vec(value) {
        Ok(body) => builder.content_type("application/json").body(body),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Marks an answer as the caller's own: no shared cache may keep it, and a private one asks again each time.
pub(crate) fn own(builder: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    builder
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")))
        .insert_header((header::VARY, HeaderValue::from_static("Authorization")))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Waker};

    use domain::testing::{ManualClock, MemoryTasks, SequentialIds};
    use domain::{Field, Owner, TaskInput, Tasks, TextLimits};

    use super::*;

    async fn page(count: usize) -> Vec<Task> {
        let (clock, ids) = (ManualClock::at_unix_millis(0), SequentialIds::default());
        let repository = Arc::new(MemoryTasks::default());
        let tasks = Tasks::new(repository, Arc::new(clock), Arc::new(ids), TextLimits::default());
        let input = TaskInput { title: Field::Value("title".to_owned()), ..TaskInput::default() };
        let mut page = Vec::new();
        for _ in 0..count {
            page.push(tasks.create(&Owner::for_test("owner"), input.clone()).await.unwrap());
        }
        page
    }

    #[actix_web::test]
    async fn a_long_list_lets_other_requests_have_their_turn() {
        let mut context = Context::from_waker(Waker::noop());
        let (long, short) = (page(TASKS_AT_ONCE + 1).await, page(TASKS_AT_ONCE).await);
        let mut response = HttpResponse::Ok();
        let mut response = pin!(tasks(&mut response, &long));
        assert!(response.as_mut().poll(&mut context).is_pending());
        let mut others = HttpResponse::Ok();
        assert!(pin!(tasks(&mut others, &short)).poll(&mut context).is_ready());
        assert_eq!(response.await.status(), 200);
    }
}

//! Responses with tasks, serialized straight from the domain into one buffer.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::Task;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A task as JSON.
#[derive(Serialize, ToSchema)]
#[schema(as = Task)]
pub(crate) struct TaskJson<'a> {
    /// UUID, version 7.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = "uuid", example = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11")]
    id: &'a domain::TaskId,
    /// The owner, as the token names them.
    #[schema(example = "Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF", min_length = 1, max_length = 255)]
    user_id: &'a str,
    /// What is to be done.
    #[schema(example = "Buy milk", min_length = 1)]
    title: &'a str,
    /// More about it.
    #[schema(required = true)]
    description: Option<&'a str>,
    /// Whether it is done.
    completed: bool,
    /// RFC 3339, UTC, milliseconds.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T09:15:17.465Z")]
    created_at: &'a domain::Timestamp,
    /// RFC 3339, UTC, milliseconds.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T09:15:17.465Z")]
    updated_at: &'a domain::Timestamp,
}

fn shown<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl<'a> From<&'a Task> for TaskJson<'a> {
    fn from(task: &'a Task) -> Self {
        Self {
            id: &task.id,
            user_id: task.owner_id.as_str(),
            title: task.title.as_str(),
            description: task.description.as_ref().map(domain::Description::as_str),
            completed: task.completed,
            created_at: &task.created_at,
            updated_at: &task.updated_at,
        }
    }
}

/// The entity tag of a task: its revision, quoted.
pub(crate) fn etag(task: &Task) -> String {
    format!("\"{}\"", task.revision)
}

/// Responds with one task.
pub fn task(builder: &mut HttpResponseBuilder, task: &Task) -> HttpResponse {
    own(builder).insert_header((header::ETAG, etag(task)));
    json(builder, &TaskJson::from(task))
}

/// Responds with an array of tasks.
pub fn tasks(builder: &mut HttpResponseBuilder, tasks: &[Task]) -> HttpResponse {
    own(builder);
    // A task with the usual texts takes about 300 bytes.
    let mut body = Vec::with_capacity(2 + tasks.len() * 320);
    let mut serializer = serde_json::Serializer::new(&mut body);
    match serializer.collect_seq(tasks.iter().map(TaskJson::from)) {
        Ok(()) => builder.content_type("application/json").body(body),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
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

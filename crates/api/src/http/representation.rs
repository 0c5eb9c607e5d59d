//! JSON responses, written straight from the domain into one buffer, and content negotiation.

pub(crate) mod changes;
pub(crate) mod lists;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, Accept, ContentEncoding, Header, HeaderValue, Quality};
use actix_web::rt::task::yield_now;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use domain::{Revision, Task};
use serde::{Serialize, Serializer};
use tokio::sync::Semaphore;

use crate::http::encoding::BodyWriter;
use crate::http::members;
use crate::http::write_json::{WriteJson, embed, time, to_vec};

/// A task as JSON, with `deleted_at` if it is in the trash.
pub(crate) struct TaskJson<'a>(pub(crate) &'a Task);

impl WriteJson for TaskJson<'_> {
    fn write_json(&self, json: &mut Vec<u8>) {
        json.push(b'{');
        members::write(self.0, json);
        if let Some(at) = self.0.deleted_at {
            json.extend_from_slice(b",\"deleted_at\":");
            time(json, at);
        }
        json.push(b'}');
    }
}

impl Serialize for TaskJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        embed(self, serializer)
    }
}

/// The entity tag of a task: its revision, quoted.
pub(crate) fn etag(revision: Revision) -> String {
    format!("\"{revision}\"")
}

/// Responds with one task.
pub fn task(builder: &mut HttpResponseBuilder, task: &Task) -> HttpResponse {
    private_cache_headers(builder).insert_header((header::ETAG, etag(task.revision)));
    builder.content_type("application/json").body(to_vec(&TaskJson(task)))
}

/// Tasks that are written before other requests of the thread run: 100 KB with texts of 1,000 characters.
pub(crate) const TASKS_AT_ONCE: usize = 64;

/// Long lists that are written at the same time; more in parallel would only delay each other.
static LONG_LISTS: Semaphore = Semaphore::const_new(2);

/// The size of an array of tasks: exact for their texts, unless characters are escaped, and on average for the rest.
pub(crate) fn estimated_bytes(tasks: &[Task]) -> usize {
    2 + tasks.iter().map(estimated_bytes_of).sum::<usize>()
}

fn estimated_bytes_of(task: &Task) -> usize {
    let tags: usize = task.tags.iter().map(|tag| tag.as_str().len() + 3).sum();
    let description = task.description.as_ref().map_or(0, |text| text.as_str().len());
    384 + task.title.as_str().len() + description + tags
}

/// Responds with an array of tasks, as `collection` does.
pub async fn tasks(
    builder: &mut HttpResponseBuilder,
    tasks: &[Task],
    coding: ContentEncoding,
    hold: impl FnOnce(Vec<u8>) -> Bytes,
) -> HttpResponse {
    collection(builder, tasks, TaskJson, estimated_bytes(tasks), coding, hold).await
}

/// Responds with an array of about so many bytes.
/// `hold` makes the body of its bytes, and can count them. The body of a long list is compressed by `coding`.
pub(crate) async fn collection<'a, T, J: WriteJson>(
    builder: &mut HttpResponseBuilder,
    items: &'a [T],
    json: impl Fn(&'a T) -> J,
    bytes: usize,
    coding: ContentEncoding,
    hold: impl FnOnce(Vec<u8>) -> Bytes,
) -> HttpResponse {
    enclosed(builder, ("[", items, "]"), json, bytes, coding, hold).await
}

/// The same between two texts. A page of 1,000 long tasks takes milliseconds to write; other requests on the same thread run
/// in between.
async fn enclosed<'a, T, J: WriteJson>(
    builder: &mut HttpResponseBuilder,
    (before, items, after): (&str, &'a [T], &str),
    json: impl Fn(&'a T) -> J,
    bytes: usize,
    coding: ContentEncoding,
    hold: impl FnOnce(Vec<u8>) -> Bytes,
) -> HttpResponse {
    collection_headers(builder);
    let _permit = if items.len() > TASKS_AT_ONCE { LONG_LISTS.acquire().await.ok() } else { None };
    let mut body = BodyWriter::new(coding, bytes);
    body.buffer().extend_from_slice(before.as_bytes());
    let mut separator: &[u8] = b"";
    for (number, chunk) in items.chunks(TASKS_AT_ONCE).enumerate() {
        if number > 0 {
            yield_now().await;
        }
        for item in chunk {
            body.buffer().extend_from_slice(separator);
            separator = b",";
            json(item).write_json(body.buffer());
        }
        if body.compress().is_err() {
            return HttpResponse::InternalServerError().finish();
        }
    }
    body.buffer().extend_from_slice(after.as_bytes());
    let Ok((body, coding)) = body.finish() else { return HttpResponse::InternalServerError().finish() };
    if coding != ContentEncoding::Identity {
        builder.insert_header((header::CONTENT_ENCODING, coding.to_header_value()));
    }
    builder.content_type("application/json").body(hold(body))
}

/// Responds that the client has the current collection, with the headers that its cache updates (RFC 9110 §15.4.5).
pub(crate) fn unchanged_collection(builder: &mut HttpResponseBuilder) -> HttpResponse {
    collection_headers(builder).status(StatusCode::NOT_MODIFIED).finish()
}

fn collection_headers(builder: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    private_cache_headers(builder)
        .insert_header((header::VARY, HeaderValue::from_static("Authorization, Accept-Encoding")))
}

/// Responds with any other value.
pub(crate) fn json(builder: &mut HttpResponseBuilder, value: &impl Serialize) -> HttpResponse {
    match serde_json::to_vec(value) {
        Ok(body) => builder.content_type("application/json").body(body),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Shared caches must not store the response, and private ones must revalidate it.
pub(crate) fn private_cache_headers(builder: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    builder
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")))
        .insert_header((header::VARY, HeaderValue::from_static("Authorization")))
}

/// The quality that `Accept` gives this media type (RFC 9110 §12.5.1), zero when it is excluded. Without `Accept`, or with
/// an unreadable one, every type is accepted.
pub(crate) fn accept_quality(request: &HttpRequest, media_type: &str) -> Quality {
    if !request.headers().contains_key(header::ACCEPT) {
        return Quality::MAX;
    }
    let Ok(Accept(ranges)) = Accept::parse(request) else { return Quality::MAX };
    if ranges.is_empty() {
        return Quality::MAX;
    }
    let matching = ranges.iter().filter_map(|range| {
        let specificity = specificity(range.item.essence_str(), media_type)?;
        Some((specificity, range.quality))
    });
    matching.max_by_key(|(specificity, _)| *specificity).map_or(Quality::ZERO, |(_, quality)| quality)
}

/// The specificity of a range that matches the type.
fn specificity(range: &str, media_type: &str) -> Option<u8> {
    if range == "*/*" {
        return Some(0);
    }
    if range == media_type {
        return Some(2);
    }
    let of_range = range.strip_suffix("/*")?;
    media_type.split_once('/').filter(|(kind, _)| *kind == of_range).map(|_| 1)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Waker};

    use actix_web::test::TestRequest;
    use domain::testing::{ManualClock, MemoryTasks, SequentialIds};
    use domain::{Field, ListQuery, Owner, TaskInput, Tasks, TextLimits};

    use super::*;

    async fn page(count: usize) -> Vec<Task> {
        let (clock, ids) = (ManualClock::at_unix_millis(0), SequentialIds::default());
        let repository = Arc::new(MemoryTasks::default());
        let tasks = Tasks::new(repository, Arc::new(clock), Arc::new(ids), TextLimits::default());
        let input = TaskInput { title: Field::Value("title".to_owned()), ..TaskInput::default() };
        let owner = Owner::for_test("owner");
        for _ in 0..count {
            tasks.create(&owner, tasks.new_task(input.clone()).unwrap(), None).await.unwrap();
        }
        tasks.list(&owner, ListQuery::default()).await.unwrap().tasks
    }

    #[actix_web::test]
    async fn long_lists_yield_to_other_requests() {
        let mut context = Context::from_waker(Waker::noop());
        let (long, short) = (page(TASKS_AT_ONCE + 1).await, page(TASKS_AT_ONCE).await);
        let mut response = HttpResponse::Ok();
        let mut response = pin!(tasks(&mut response, &long, ContentEncoding::Gzip, Bytes::from));
        assert!(response.as_mut().poll(&mut context).is_pending());
        let mut others = HttpResponse::Ok();
        assert!(
            pin!(tasks(&mut others, &short, ContentEncoding::Gzip, Bytes::from))
                .poll(&mut context)
                .is_ready()
        );
        assert_eq!(response.await.status(), 200);
    }

    fn wants_html(accept: &str) -> bool {
        let request = TestRequest::default().insert_header((header::ACCEPT, accept)).to_http_request();
        accept_quality(&request, "text/html") > accept_quality(&request, "application/json")
    }

    #[test]
    fn the_most_specific_accept_range_decides() {
        for accept in [
            "text/html, */*;q=0.8",
            "text/*",
            "*/*, application/json;q=0.1",
            "application/*;q=0.2, text/html;q=0.3",
        ] {
            assert!(wants_html(accept), "{accept}");
        }
        for accept in [
            "*/*",
            "text/html;q=0.4, */*;q=0.5",
            "text/*, text/html;q=0",
            "text/html, application/json",
            ";;;",
            "",
        ] {
            assert!(!wants_html(accept), "{accept}");
        }
    }
}

//! What the audit log records of a request: every write of an authenticated user, with its result.

use std::net::IpAddr;
use std::rc::Rc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use domain::{Owner, OwnerId, TaskId, Timestamp};
use serde::Serialize;
use time::OffsetDateTime;

use crate::http::idempotency::IDEMPOTENCY_REPLAYED;
use crate::http::problem::{Problem, ProblemKind};
use crate::http::{client_address, path};
use crate::state::{AppState, AuditLog};

/// The ids of a request, for its record.
#[derive(Debug, Clone)]
pub(crate) struct RequestIds {
    pub request_id: Rc<str>,
    pub trace_id: Rc<str>,
}

/// What has become of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WriteResult {
    /// The response is a success.
    Applied,
    /// The request was applied before, under the same key. Nothing was written.
    Replayed,
    /// Nothing was written.
    Rejected,
    /// The write may have been applied: the client left before the response, or the response does not tell.
    Unknown,
}

/// One line of the audit log.
#[derive(Debug, Serialize)]
struct Record {
    time: String,
    request_id: String,
    trace_id: String,
    client_address: Option<IpAddr>,
    user: String,
    method: String,
    route: String,
    /// The user in the path, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_user: Option<String>,
    /// The user whose tasks are transferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_user: Option<String>,
    /// The task that is written, on the routes of tasks.
    task_id: Option<String>,
    /// The list that is written, on the routes of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    list_id: Option<String>,
    status: Option<u16>,
    /// The code of the problem.
    code: Option<&'static str>,
    result: WriteResult,
}

impl Record {
    /// Adds the id of what is written. The text of an invalid id may be anything.
    fn note_id(&mut self, id: Option<&str>) {
        let Some(id) = id.and_then(TaskId::parse) else { return };
        let member = if self.route.contains("/lists") { &mut self.list_id } else { &mut self.task_id };
        *member = Some(id.to_string());
    }
}

/// The record of a request that is being served. It is appended when it is dropped: with the response, or when the client
/// leaves before.
struct OpenRecord {
    log: AuditLog,
    record: Record,
}

impl Drop for OpenRecord {
    fn drop(&mut self) {
        self.log.append(&self.record);
    }
}

/// Begins the record of a write, before the user in its path is compared with the owner.
pub(super) fn begin(request: &HttpRequest, state: &AppState, owner: &Owner, path_user: Option<&[u8]>) {
    let Some(log) = &state.audit else { return };
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return;
    }
    let Some(RequestIds { request_id, trace_id }) = request.extensions().get().cloned() else { return };
    let mut record = Record {
        time: now(),
        request_id: request_id.to_string(),
        trace_id: trace_id.to_string(),
        client_address: client_address::address_of(request, state),
        user: owner.id().as_str().to_owned(),
        method: request.method().to_string(),
        route: path::pattern(request).map(|pattern| pattern.text().to_string()).unwrap_or_default(),
        path_user: path_user.filter(|user| !owner.is_named(user)).and_then(user_id),
        from_user: None,
        task_id: None,
        list_id: None,
        status: None,
        code: None,
        result: WriteResult::Unknown,
    };
    record.note_id(path::parameter(request, "id"));
    request.extensions_mut().insert(OpenRecord { log: log.clone(), record });
}

/// The id of the request.
pub(crate) fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestIds>().map(|ids| ids.request_id.to_string()).unwrap_or_default()
}

/// Adds the user whose tasks the request transfers.
pub(crate) fn note_source(request: &HttpRequest, from: &Owner) {
    if let Some(open) = request.extensions_mut().get_mut::<OpenRecord>() {
        open.record.from_user = Some(from.id().as_str().to_owned());
    }
}

fn user_id(bytes: &[u8]) -> Option<String> {
    OwnerId::parse(str::from_utf8(bytes).ok()?).ok().map(|id| id.as_str().to_owned())
}

/// The time of a record.
#[expect(clippy::disallowed_methods, reason = "the time of a record is not part of the domain")]
pub(crate) fn now() -> String {
    Timestamp::new(OffsetDateTime::now_utc()).to_string()
}

/// Ends the record of a request with its response, if it has one.
pub(crate) fn finish(request: &HttpRequest, response: &HttpResponse) {
    let open = request.extensions_mut().remove::<OpenRecord>();
    let Some(mut open) = open else { return };
    let problem = response.error().and_then(|error| error.as_error::<Problem>()).map(Problem::kind);
    let record = &mut open.record;
    record.status = Some(response.status().as_u16());
    record.code = problem.map(ProblemKind::code);
    record.result = if response.headers().contains_key(IDEMPOTENCY_REPLAYED) {
        WriteResult::Replayed
    } else {
        result(response.status(), problem)
    };
    if let Some(created) = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()) {
        record.note_id(created.rsplit('/').next());
    }
}

fn result(status: StatusCode, problem: Option<ProblemKind>) -> WriteResult {
    match problem {
        _ if status.is_success() => WriteResult::Applied,
        None | Some(ProblemKind::Internal | ProblemKind::OutcomeUnknown) if status.is_server_error() => {
            WriteResult::Unknown
        }
        _ => WriteResult::Rejected,
    }
}

//! The problems of each operation: its path and method determine the statuses. One shared response per status, with an
//! example for each code.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use serde_json::Value;
use utoipa::Modify;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::Ref;
use utoipa::openapi::{ContentBuilder, OpenApi, RefOr};

use super::headers::WithHeaders;
use super::operations::each_operation;
use crate::http::limits::EXEMPT;
use crate::http::problem::{FieldError, Problem, ProblemBody, ProblemKind};

/// The request id in the examples.
const REQUEST_ID: &str = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b12";

/// Adds the problems.
pub(crate) struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut OpenApi) {
        each_operation(document, |path, method, operation| {
            for status in statuses(path, method, operation) {
                add(&mut operation.responses.responses, status);
            }
        });
        let components = document.components.get_or_insert_default();
        for status in ProblemKind::ALL.iter().map(|kind| kind.status()).collect::<BTreeSet<_>>() {
            components.responses.insert(name(status), response(status).into());
        }
    }
}

/// An operation may have a response of its own with that status, such as the 503 of a probe.
fn add(responses: &mut BTreeMap<String, RefOr<Response>>, status: StatusCode) {
    match responses.get_mut(status.as_str()) {
        Some(RefOr::T(existing)) => existing.content.extend(response(status).content),
        Some(RefOr::Ref(_)) => {}
        None => {
            let shared = Ref::from_response_name(name(status));
            responses.insert(status.as_str().to_owned(), RefOr::Ref(shared));
        }
    }
}

fn statuses(path: &str, method: &HttpMethod, operation: &Operation) -> Vec<StatusCode> {
    use StatusCode as S;
    let mut statuses = vec![S::METHOD_NOT_ALLOWED, S::INTERNAL_SERVER_ERROR, S::SERVICE_UNAVAILABLE];
    if !EXEMPT.contains(&path) {
        statuses.push(S::TOO_MANY_REQUESTS);
    }
    if path.starts_with("/api/") {
        statuses.extend([S::BAD_REQUEST, S::UNAUTHORIZED, S::NOT_ACCEPTABLE]);
    }
    if path.contains("{user_id}") {
        statuses.push(S::FORBIDDEN);
    }
    if path == "/api/{user_id}" {
        statuses.push(S::PRECONDITION_REQUIRED);
    }
    if path.contains("{id}") {
        statuses.extend([S::NOT_FOUND, S::PRECONDITION_FAILED]);
    }
    // An operation has the problems of its route.
    if path.ends_with("/bulk") {
        statuses.extend([S::NOT_FOUND, S::CONFLICT, S::PRECONDITION_FAILED, S::FAILED_DEPENDENCY]);
    }
    if path.contains("{file}") {
        statuses.push(S::NOT_FOUND);
    }
    if path == "/" {
        statuses.push(S::NOT_ACCEPTABLE);
    }
    // Of each POST the body is read, since it is part of what its key stands for.
    if operation.request_body.is_some() || *method == HttpMethod::Post {
        statuses.extend([
            S::REQUEST_TIMEOUT,
            S::PAYLOAD_TOO_LARGE,
            S::UNSUPPORTED_MEDIA_TYPE,
            S::UNPROCESSABLE_ENTITY,
        ]);
    }
    if path.contains("/lists") && operation.request_body.is_some() && !path.ends_with("/move") {
        statuses.push(S::CONFLICT);
    }
    if matches!(method, HttpMethod::Post if path.ends_with("/tasks") || path.ends_with("/restore"))
        || matches!(method, HttpMethod::Put if path.ends_with("/{id}"))
    {
        statuses.push(S::CONFLICT);
    }
    if path.ends_with("/events") {
        statuses.push(S::UNPROCESSABLE_ENTITY);
    }
    if path.ends_with("/changes") {
        statuses.extend([S::GONE, S::UNPROCESSABLE_ENTITY]);
    }
    // The entity tags of collections are weak, so none of them fulfills `If-Match`.
    if *method == HttpMethod::Get
        && ["/tasks", "/tasks/trash", "/tasks/tags", "/lists"].iter().any(|end| path.ends_with(end))
    {
        statuses.push(S::PRECONDITION_FAILED);
    }
    if path.ends_with("/lists/{id}") && *method == HttpMethod::Delete {
        statuses.push(S::UNPROCESSABLE_ENTITY);
    }
    // The query of a list can be invalid, and emptying the trash allows none.
    if path.ends_with("/trash") || (path.ends_with("/tasks") && *method == HttpMethod::Get) {
        statuses.push(S::UNPROCESSABLE_ENTITY);
    }
    statuses
}

/// `NotFound` for 404.
fn name(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or_default().replace(' ', "")
}

fn response(status: StatusCode) -> Response {
    let kinds = || ProblemKind::ALL.iter().filter(|kind| kind.status() == status);
    let named =
        |kind: &ProblemKind| (kind.code(), ExampleBuilder::new().summary(kind.title()).value(example(*kind)));
    let examples: BTreeMap<_, _> = kinds().map(named).collect();
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples);
    let titles: Vec<_> = kinds().map(|kind| format!("`{}`: {}.", kind.code(), kind.title())).collect();
    let response = ResponseBuilder::new().description(titles.join(" "));
    let headers: &[&str] = match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => &["WWW-Authenticate"],
        StatusCode::METHOD_NOT_ALLOWED => &["Allow"],
        StatusCode::PRECONDITION_FAILED => &["ETag"],
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &["Accept", "Accept-Encoding"],
        StatusCode::TOO_MANY_REQUESTS => &["Retry-After", "RateLimit", "RateLimit-Policy"],
        StatusCode::SERVICE_UNAVAILABLE => &["Retry-After"],
        _ => &[],
    };
    let response = response.with_headers(headers);
    response.content("application/problem+json", content.build()).build()
}

/// A problem of this kind.
pub(super) fn example(kind: ProblemKind) -> Option<Value> {
    let problem = match kind {
        ProblemKind::Validation => {
            Problem::invalid(vec![FieldError::body("title", "must not be empty", "string_too_short")])
        }
        ProblemKind::QuotaExceeded => Problem::quota_exceeded(10_000, "tasks"),
        kind => Problem::new(kind, format!("{}.", kind.title())),
    };
    serde_json::to_value(ProblemBody::new(&problem, REQUEST_ID)).ok()
}

//! Requests over a limit: 429 with `Retry-After`, and the `RateLimit` fields that tell clients their limits
//! (draft-ietf-httpapi-ratelimit-headers-10).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use domain::Owner;
use tokio::sync::OwnedMutexGuard;

use super::list_request::BEGINNINGS;
use super::problem::{Problem, ProblemKind};
use super::representation::TASKS_AT_ONCE;
use crate::state::{Admission, AppState, Exceeded, Limits, NoRoom, Rate, Reserved};

/// The limits (§3 of the draft).
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of them (§4).
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Time before a response with 429 is sent. A client that sends the next request at once then sends two per second
/// and connection, instead of as many as it can: 200 connections that are rejected at once occupy a core.
pub(crate) const REJECTION_DELAY: Duration = Duration::from_millis(500);

/// Paths that are never limited: orchestrators and monitoring must not be rejected, and often share an address.
pub(crate) const EXEMPT: [&str; 4] = ["/livez", "/readyz", "/health", "/metrics"];

/// Counts the rejection, and returns the problem.
pub(crate) fn rejection(state: &AppState, exceeded: Exceeded) -> Problem {
    let (kind, reason, detail) = describe(exceeded);
    state.metrics.limited(reason);
    // Without seconds: a bucket of one request per second, the slowest one, has a request again after one.
    let seconds = if let Exceeded::OwnerRate(_, seconds) = exceeded { seconds } else { 1 };
    let problem = Problem::retryable(kind, detail, Some(seconds));
    let (policy, state) = match exceeded {
        Exceeded::OwnerRate(rate, _) => (policy("owner", rate), left("owner", 0, seconds)),
        Exceeded::AddressRate(rate) => (policy("address", rate), left("address", 0, seconds)),
        Exceeded::FailedAuthentication(rate) => {
            (policy("failed-authentications", rate), left("failed-authentications", 0, seconds))
        }
        Exceeded::OwnerConcurrency(most) => {
            (format!("\"concurrency\";q={most};qu=\"concurrent-requests\""), "\"concurrency\";r=0".to_owned())
        }
        Exceeded::OwnerStreams(most) => {
            (format!("\"streams\";q={most};qu=\"concurrent-requests\""), "\"streams\";r=0".to_owned())
        }
    };
    problem.with_header(RATE_LIMIT_POLICY, &policy).with_header(RATE_LIMIT, &state)
}

const fn describe(exceeded: Exceeded) -> (ProblemKind, &'static str, &'static str) {
    match exceeded {
        Exceeded::OwnerRate(..) => (
            ProblemKind::TooManyRequests,
            "owner_rate",
            "You send requests too fast; retry after the given delay.",
        ),
        Exceeded::OwnerConcurrency(_) => (
            ProblemKind::TooManyConcurrentRequests,
            "owner_concurrency",
            "Too many of your requests are being served; wait for their responses, or retry after the given delay.",
        ),
        Exceeded::OwnerStreams(_) => (
            ProblemKind::TooManyStreams,
            "owner_streams",
            "You have as many event streams as allowed; close one, or retry after the given delay.",
        ),
        Exceeded::AddressRate(_) => (
            ProblemKind::TooManyRequestsFromAddress,
            "address_rate",
            "Your address sends requests too fast; retry after the given delay.",
        ),
        Exceeded::FailedAuthentication(_) => (
            ProblemKind::TooManyFailedAuthentications,
            "failed_authentication",
            "Your address sent too many invalid tokens, so this token was not verified; retry after the given delay.",
        ),
    }
}

/// A bucket of `burst` requests fills within the window.
fn policy(name: &str, rate: Rate) -> String {
    format!("\"{name}\";q={};w={}", rate.burst(), rate.window_seconds())
}

fn left(name: &str, requests: u64, seconds: u64) -> String {
    format!("\"{name}\";r={requests};t={seconds}")
}

/// Keeps the admission until the response is complete.
pub(crate) fn attach(request: &HttpRequest, admission: Admission) {
    request.extensions_mut().insert(admission);
}

/// Tasks of a list that count as one more request: reading and writing 100 tasks with texts of 1,000 characters takes as
/// much work as ten requests for one task.
const TASKS_PER_REQUEST: usize = 100;

/// Requests that a transfer counts as: one with 10,000 tasks keeps SQLite from other writes for half a second.
const REQUESTS_OF_A_TRANSFER: u64 = 100;

/// Operations of a list that count as one more request: a list of 100 takes about as much work as ten requests.
const OPERATIONS_PER_REQUEST: usize = 10;

/// Charges the owner of the request for a transfer, before it begins.
pub(crate) fn charge_transfer(request: &HttpRequest, limits: &Limits) {
    charge(request, limits, REQUESTS_OF_A_TRANSFER);
}

/// Charges the owner of the request for a list of operations, before it begins.
pub(crate) fn charge_operations(request: &HttpRequest, limits: &Limits, operations: usize) {
    charge(request, limits, (operations / OPERATIONS_PER_REQUEST) as u64);
}

fn charge(request: &HttpRequest, limits: &Limits, requests: u64) {
    if let Some(admission) = request.extensions_mut().get_mut::<Admission>() {
        limits.charge(admission, requests);
    }
}

/// Charges the owner of the request for a list of this length.
pub(crate) fn charge_tasks(request: &HttpRequest, limits: &Limits, tasks: usize) {
    charge(request, limits, (tasks / TASKS_PER_REQUEST) as u64);
}

/// Charges the owner of the request for a list of this length. Before a long one, waits until the owner writes no other:
/// of the lists that wait to be written, each belongs to a different owner, so none waits for several of another.
pub(crate) async fn turn_to_write(
    request: &HttpRequest,
    limits: &Limits,
    tasks: usize,
) -> Option<OwnedMutexGuard<()>> {
    charge_tasks(request, limits, tasks);
    if tasks <= TASKS_AT_ONCE {
        return None;
    }
    let turn = request.extensions().get::<Admission>().map(Admission::long_list);
    Some(turn?.await)
}

/// Takes the room of a list before it is read. Lists that differ only in where they begin are taken to be as long as the last one.
pub(crate) async fn room_for_list(
    request: &HttpRequest,
    state: &AppState,
    owner: &Owner,
) -> Result<Reserved, NoRoom> {
    let mut list = DefaultHasher::new();
    (owner.id(), request.path()).hash(&mut list);
    for parameter in request.query_string().split('&') {
        let (name, _) = parameter.split_once('=').unwrap_or_default();
        if !BEGINNINGS.contains(&name) {
            parameter.hash(&mut list);
        }
    }
    let turn = request.extensions().get::<Admission>().map(Admission::turn_to_wait);
    let turn = async { if let Some(turn) = turn { Some(turn.await) } else { None } };
    state.unsent_lists.reserve(owner, list.finish(), turn).await
}

/// The value of `RateLimit-Policy` on every response to an admitted request, if owners are limited.
pub(crate) fn owner_policy(limits: &Limits) -> Option<HeaderValue> {
    HeaderValue::try_from(policy("owner", limits.owner_rate()?)).ok()
}

/// Tells the client the limit of its owner, on every response to an admitted request.
pub(crate) fn add_headers(request: &HttpRequest, state: &AppState, headers: &mut HeaderMap) {
    if headers.contains_key(RATE_LIMIT) {
        // Those of the limit that the request exceeds.
        return;
    }
    let extensions = request.extensions();
    let Some(requests) = extensions.get().and_then(Admission::left) else { return };
    let left = HeaderValue::try_from(left("owner", requests, 1));
    if let (Some(policy), Ok(left)) = (&state.owner_policy, left) {
        headers.insert(RATE_LIMIT_POLICY, policy.clone());
        headers.insert(RATE_LIMIT, left);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::FutureExt;

    use super::*;
    use crate::config::{Overrides, Settings};

    fn admitted(limits: &Limits, owner: &str) -> HttpRequest {
        let request = TestRequest::default().to_http_request();
        attach(&request, limits.admit(&Owner::for_test(owner)).unwrap());
        request
    }

    #[actix_web::test]
    async fn an_owner_writes_one_long_list_at_a_time() {
        let set = vec![("auth.secrets".into(), "0123456789abcdef0123456789abcdef".into())];
        let settings = Settings::load(&Overrides { file: None, set }).unwrap();
        let limits = Limits::new(&settings.limits);
        let [first, second, short] = [(); 3].map(|()| admitted(&limits, "greedy"));
        let other = admitted(&limits, "other");
        let turn = turn_to_write(&first, &limits, 1000).await;
        let mut waiting = Box::pin(turn_to_write(&second, &limits, 1000));
        assert!((&mut waiting).now_or_never().is_none());
        assert!(turn_to_write(&short, &limits, TASKS_AT_ONCE).now_or_never().is_some());
        assert!(turn_to_write(&other, &limits, 1000).now_or_never().flatten().is_some());
        drop(turn);
        assert!(waiting.await.is_some());
        let left = |request: &HttpRequest| request.extensions().get::<Admission>().unwrap().left().unwrap();
        // The settings allow 500: three requests of the greedy owner, and 10 more for each long list.
        assert_eq!((left(&second), left(&other)), (477, 489));
    }
}

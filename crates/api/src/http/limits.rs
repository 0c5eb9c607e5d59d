//! Requests over a limit: 429 with `Retry-After`, and the `RateLimit` fields that tell clients their limits
//! (draft-ietf-httpapi-ratelimit-headers-10).

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use tokio::sync::OwnedMutexGuard;

use super::problem::{Problem, ProblemKind};
use super::representation::TASKS_AT_ONCE;
use crate::state::{Admission, AppState, Exceeded, Rate};

/// The limits (§3 of the draft).
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of them (§4).
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Time before a request over a limit is rejected. A client that sends the next request at once then sends two per second
/// and connection, instead of as many as it can: 200 connections that are rejected at once occupy a core.
const REJECTION_DELAY: Duration = Duration::from_millis(500);

/// Paths that are never limited: orchestrators and monitoring must not be rejected, and often share an address.
pub(crate) const EXEMPT: [&str; 4] = ["/livez", "/readyz", "/health", "/metrics"];

/// Counts the rejection, delays it, and returns the problem.
pub(crate) async fn rejection(state: &AppState, exceeded: Exceeded) -> Problem {
    let (kind, reason, detail) = describe(exceeded);
    state.metrics.limited(reason);
    tokio::time::sleep(REJECTION_DELAY).await;
    // A bucket of one request per second, the slowest one, has a request again after a second.
    let problem = Problem::retryable(kind, detail, None);
    let (policy, state) = match exceeded {
        Exceeded::OwnerRate(rate) => (policy("owner", rate), left("owner", 0)),
        Exceeded::AddressRate(rate) => (policy("address", rate), left("address", 0)),
        Exceeded::FailedAuthentication(rate) => {
            (policy("failed-authentications", rate), left("failed-authentications", 0))
        }
        Exceeded::OwnerConcurrency(most) => {
            (format!("\"concurrency\";q={most};qu=\"concurrent-requests\""), "\"concurrency\";r=0".to_owned())
        }
    };
    problem.with_header(RATE_LIMIT_POLICY, &policy).with_header(RATE_LIMIT, &state)
}

const fn describe(exceeded: Exceeded) -> (ProblemKind, &'static str, &'static str) {
    match exceeded {
        Exceeded::OwnerRate(_) => (
            ProblemKind::TooManyRequests,
            "owner_rate",
            "You send requests too fast; retry after the given delay.",
        ),
        Exceeded::OwnerConcurrency(_) => (
            ProblemKind::TooManyConcurrentRequests,
            "owner_concurrency",
            "Too many of your requests are being served; wait for their responses, or retry after the given delay.",
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

/// The next request of a bucket is there within a second.
fn left(name: &str, requests: u64) -> String {
    format!("\"{name}\";r={requests};t=1")
}

/// Keeps the admission until the response is complete.
pub(crate) fn attach(request: &HttpRequest, admission: Admission) {
    request.extensions_mut().insert(admission);
}

/// Waits until the owner of the request writes no other long list: of those that wait to be written, each belongs to a
/// different owner, and no owner waits for several of another.
pub(crate) async fn turn_to_write(request: &HttpRequest, tasks: usize) -> Option<OwnedMutexGuard<()>> {
    if tasks <= TASKS_AT_ONCE {
        return None;
    }
    let turn = request.extensions().get().map(Admission::long_list)?;
    Some(turn.await)
}

/// Tells the client the limit of its owner, on every response to an admitted request.
pub(crate) fn add_headers(request: &HttpRequest, headers: &mut HeaderMap) {
    let extensions = request.extensions();
    let Some((rate, requests)) = extensions.get().and_then(Admission::rate) else { return };
    for (name, value) in [(RATE_LIMIT_POLICY, policy("owner", rate)), (RATE_LIMIT, left("owner", requests))] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use domain::Owner;
    use futures_util::FutureExt;

    use super::*;
    use crate::config::{Overrides, Settings};
    use crate::state::Limits;

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
        let turn = turn_to_write(&first, 1000).await;
        let mut waiting = Box::pin(turn_to_write(&second, 1000));
        assert!((&mut waiting).now_or_never().is_none());
        assert!(turn_to_write(&short, TASKS_AT_ONCE).now_or_never().is_some());
        assert!(turn_to_write(&other, 1000).now_or_never().flatten().is_some());
        drop(turn);
        assert!(waiting.await.is_some());
    }
}

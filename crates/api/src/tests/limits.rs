use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use auth::{
    AnyVerifier, ClaimRules, FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier, TokenVerifier,
};
use domain::{
    AtRevision, Changes, Command, CountedList, FeedPosition, Idempotency, Ids, ListQuery, Outcome, Owner,
    OwnerRevision, Page, RepositoryError, TagCount, Task, TaskId, TaskRepository, Timestamp,
};
use futures_util::future::join;
use tokio::sync::Semaphore;

use super::{App, Call, TestResponse, app, app_over, call, settings, state};
use crate::state::AppState;

/// A repository whose calls end, with an error, when the test adds a permit.
pub(super) struct Held(pub(super) Semaphore);

impl Held {
    async fn end(&self) -> RepositoryError {
        self.0.acquire().await.unwrap().forget();
        RepositoryError::Overloaded
    }
}

#[async_trait::async_trait]
impl TaskRepository for Held {
    async fn execute(
        &self,
        _: &Owner,
        _: Command,
        _: Option<Idempotency>,
        _: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        Err(self.end().await)
    }

    async fn erase(&self, _: &Owner) -> Result<(), RepositoryError> {
        Err(self.end().await)
    }

    async fn execute_move(
        &self,
        _: &Owner,
        _: &Owner,
        _: Arc<dyn Ids>,
        _: Option<(Idempotency, Timestamp)>,
    ) -> Result<Outcome, RepositoryError> {
        Err(self.end().await)
    }

    async fn get(&self, _: &Owner, _: TaskId) -> Result<Task, RepositoryError> {
        Err(self.end().await)
    }

    async fn get_trashed(&self, _: &Owner, _: TaskId) -> Result<Task, RepositoryError> {
        Err(self.end().await)
    }

    async fn list(&self, _: &Owner, _: ListQuery) -> Result<Page, RepositoryError> {
        Err(self.end().await)
    }

    async fn lists(&self, _: &Owner, _: bool) -> Result<AtRevision<Vec<CountedList>>, RepositoryError> {
        Err(self.end().await)
    }

    async fn tags(&self, _: &Owner) -> Result<AtRevision<Vec<TagCount>>, RepositoryError> {
        Err(self.end().await)
    }

    async fn revision(&self, _: &Owner) -> Result<OwnerRevision, RepositoryError> {
        Err(self.end().await)
    }

    async fn changes(&self, _: &Owner, _: FeedPosition, _: u32) -> Result<Changes, RepositoryError> {
        Err(self.end().await)
    }
}

/// Asserts the form of a response to a request over a limit.
fn assert_limited(response: &TestResponse, code: &str, policy: &str) {
    assert_eq!((response.status.as_u16(), response.code()), (429, code.to_owned()));
    assert_eq!(response.header("retry-after"), "1");
    assert_eq!(response.header("ratelimit-policy"), policy);
    let name = policy.split(';').next().unwrap();
    assert!(response.header("ratelimit").starts_with(&format!("{name};r=0")), "{code}");
}

async fn metric<S>(app: &App<S>, reason: &str) -> bool
where
    S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    let text = app.send(call("GET", "/metrics")).await.body;
    let line = format!("tasknook_http_requests_limited_total{{reason=\"{reason}\"}} 1");
    String::from_utf8(text.to_vec()).unwrap().contains(&line)
}

/// An application whose clock advances only while every request waits, so that a bucket does not refill in between.
async fn limited_app(
    set: &[(&str, &str)],
) -> App<
    impl Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + use<>,
> {
    tokio::time::pause();
    app(set).await
}

fn from(address: &str, request: Call) -> Call {
    Call { peer: Some(address.to_owned()), ..request }
}

#[actix_web::test]
async fn an_owner_over_its_rate_gets_429_and_others_do_not() {
    let app = limited_app(&[("limits.requests_per_second", "1"), ("limits.burst", "2")]).await;
    let mut left = Vec::new();
    // The second one is rejected for another reason, and counts as well.
    for uri in ["/api/greedy/tasks", "/api/other/tasks"] {
        let response = app.send(call("GET", uri).by("greedy")).await;
        assert_eq!(response.header("ratelimit-policy"), "\"owner\";q=2;w=2");
        left.push(response.header("ratelimit").to_owned());
    }
    assert_eq!(left, ["\"owner\";r=1;t=1", "\"owner\";r=0;t=1"]);
    let limited = app.send(call("GET", "/api/tasks").by("greedy")).await;
    assert_limited(&limited, "too_many_requests", "\"owner\";q=2;w=2");
    assert_eq!(app.send(call("GET", "/api/tasks").by("other")).await.status, 200);
    assert!(metric(&app, "owner_rate").await);
}

#[actix_web::test]
async fn requests_of_one_owner_are_served_up_to_a_number() {
    let settings = settings(&[("limits.concurrent_requests_per_owner", "1")]);
    let held = Arc::new(Held(Semaphore::new(0)));
    let app = app_over(state(Arc::clone(&held) as _, &settings), &settings).await;
    let list = |user| app.send(call("GET", "/api/tasks").by(user));
    let others = async {
        let second = list("greedy").await;
        let (code, policy) =
            ("too_many_concurrent_requests", "\"concurrency\";q=1;qu=\"concurrent-requests\"");
        assert_limited(&second, code, policy);
        held.0.add_permits(2);
        list("other").await
    };
    let (first, other) = join(list("greedy"), others).await;
    assert_eq!((first.code(), other.code()), ("overloaded".into(), "overloaded".into()));
    held.0.add_permits(1);
    assert_eq!(list("greedy").await.status, 503);
    assert!(metric(&app, "owner_concurrency").await);
}

#[actix_web::test]
async fn an_address_over_its_rate_gets_429_except_for_probes() {
    let settings = [
        ("limits.address_requests_per_second", "1"),
        ("limits.address_burst", "1"),
        ("cors.origins", "https://app.example"),
    ];
    let app = limited_app(&settings).await;
    assert_eq!(app.send(from("[2001:db8::1]:1", call("GET", "/api/tasks").by("alice"))).await.status, 200);
    let request = call("GET", "/nope").header("origin", "https://app.example");
    let limited = app.send(from("[2001:db8::2]:1", request)).await;
    assert_limited(&limited, "too_many_requests_from_address", "\"address\";q=1;w=1");
    assert_eq!(limited.header("access-control-allow-origin"), "https://app.example");
    assert!(limited.header("access-control-expose-headers").contains("RateLimit-Policy"));
    for probe in ["/livez", "/readyz", "/health", "/metrics", "/livez/"] {
        assert_eq!(app.send(from("[2001:db8::3]:1", call("GET", probe))).await.status, 200, "{probe}");
    }
    assert_eq!(app.send(from("[2001:db8:1::1]:1", call("GET", "/"))).await.status, 200);
    assert!(metric(&app, "address_rate").await);
}

#[actix_web::test]
async fn trusted_proxies_name_the_address() {
    let settings = [
        ("limits.address_requests_per_second", "1"),
        ("limits.address_burst", "1"),
        ("server.trusted_proxies", "10.0.0.0/8"),
    ];
    let app = limited_app(&settings).await;
    let forwarded = |client: &str| {
        let request = call("GET", "/").header("x-forwarded-for", &format!("192.0.2.9, {client}"));
        from("10.0.0.1:1", request)
    };
    assert_eq!(app.send(forwarded("192.0.2.1")).await.status, 200);
    assert_eq!(app.send(forwarded("192.0.2.2")).await.status, 200);
    assert_eq!(app.send(forwarded("192.0.2.1")).await.status, 429);
    let spoofed = call("GET", "/").header("x-forwarded-for", "192.0.2.3");
    assert_eq!(app.send(from("192.0.2.2:1", spoofed)).await.status, 429);
}

#[actix_web::test]
async fn after_many_invalid_tokens_only_cached_ones_are_accepted() {
    let app = limited_app(&[
        ("limits.failed_authentications_per_second", "1"),
        ("limits.failed_authentications_burst", "1"),
    ])
    .await;
    let attacker = |request| from("192.0.2.1:1", request);
    let good = |user| call("GET", "/api/tasks").by(user);
    let invalid = || call("GET", "/api/tasks").header("authorization", "Bearer a.b.c");
    assert_eq!(app.send(attacker(good("alice"))).await.status, 200);
    assert_eq!(app.send(attacker(invalid())).await.code(), "invalid_token");
    let (limited, cached) = join(app.send(attacker(invalid())), app.send(attacker(good("alice")))).await;
    let policy = "\"failed-authentications\";q=1;w=1";
    assert_limited(&limited, "too_many_failed_authentications", policy);
    assert_eq!(cached.status, 200);
    assert!(metric(&app, "failed_authentication").await);
    assert_limited(&app.send(attacker(good("bob"))).await, "too_many_failed_authentications", policy);
    assert_eq!(app.send(from("192.0.2.2:1", good("bob"))).await.status, 200);
    assert_eq!(app.send(attacker(call("GET", "/api/tasks"))).await.code(), "missing_token");
}

/// An issuer that fails after the first fetch.
#[derive(Default)]
struct FailingIssuer(AtomicBool);

impl JwksSource for FailingIssuer {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        if self.0.swap(true, Ordering::SeqCst) {
            return Err(FetchError::Timeout);
        }
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let set = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"known","x":"{x}"}}]}}"#);
        Ok(FetchedKeys::new(set))
    }
}

#[actix_web::test]
async fn tokens_with_keys_that_are_not_looked_up_count_as_rejected() {
    const INVENTED_KEY: &str = "eyJhbGciOiJFZERTQSIsImtpZCI6Im5ldyJ9.e30.AAAA";
    let settings = settings(&[
        ("limits.failed_authentications_per_second", "1"),
        ("limits.failed_authentications_burst", "1"),
    ]);
    let verifier =
        JwksVerifier::new(Arc::new(FailingIssuer::default()), JwksOptions::new(), ClaimRules::new());
    let verifier = Arc::new(AnyVerifier::new(None, Some(verifier.unwrap())).unwrap());
    while !verifier.is_ready() {
        std::thread::yield_now();
    }
    // Uses up the fetches for unknown keys, so that no request of the application waits for one.
    assert_eq!(verifier.verify(INVENTED_KEY).await.unwrap_err().reason(), "unchecked_key");

    tokio::time::pause();
    let state = AppState { verifier, ..state(Arc::new(Held(Semaphore::new(0))), &settings) };
    let app = app_over(state, &settings).await;
    let send = || {
        let request = call("GET", "/api/tasks").header("authorization", &format!("Bearer {INVENTED_KEY}"));
        app.send(from("192.0.2.1:1", request))
    };
    let unchecked = send().await;
    assert_eq!((unchecked.status.as_u16(), unchecked.code()), (503, "keys_unavailable".into()));
    let delay: u64 = unchecked.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&delay), "{delay}");
    let policy = "\"failed-authentications\";q=1;w=1";
    assert_limited(&send().await, "too_many_failed_authentications", policy);
}

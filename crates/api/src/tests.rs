//! The whole application over the repository in memory, with real tokens.

mod audit;
mod bodies;
mod browsers;
mod bulk;
mod changes;
mod chosen_ids;
mod compression;
mod conditional_lists;
mod conditions;
mod dashboards;
mod events;
mod faults;
mod idempotency;
mod identity;
mod limits;
mod lists;
mod log_events;
mod members;
mod order;
mod ownership;
mod quota;
mod reference;
mod responses;
mod structure;
mod tags;
mod task_lists;
mod texts;
mod trash;
mod unsent_lists;
mod wrong_parameters;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{Bytes, Data};
use auth::{AnyVerifier, ClaimRules, Secret, SharedSecretVerifier, VerifierOptions};
use domain::testing::{ManualClock, MemoryTasks, SequentialIds};
use domain::{TaskRepository, Tasks, TextLimits};
use secrecy::SecretString;
use serde_json::Value;

use crate::cli::token::{TokenRequest, sign};
use crate::config::{Overrides, Settings, TrustedProxies};
use crate::http::idempotency::key_limits;
use crate::http::limits::owner_policy;
use crate::metrics::Metrics;
use crate::state::{AppState, BodyLimits, Draining, EventStreams, LastCheck, Limits, ListCache, UnsentLists};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// 2026-11-21T09:15:17.465Z
const NOW_MILLIS: i64 = 1_795_252_517_465;

/// A complete response.
struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestResponse {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A request to send.
struct Call {
    method: Method,
    uri: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
    peer: Option<String>,
}

fn call(method: &str, uri: &str) -> Call {
    let call = Call {
        method: method.parse().unwrap(),
        uri: uri.to_owned(),
        headers: vec![],
        body: vec![],
        peer: None,
    };
    call.header("host", "localhost").header("x-request-id", "test")
}

impl Call {
    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.parse().unwrap(), HeaderValue::from_str(value).unwrap()));
        self
    }

    fn by(self, user: &str) -> Self {
        self.header("authorization", &format!("Bearer {}", token(user)))
    }

    fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json").body(body.as_bytes())
    }

    fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }
}

fn settings(set: &[(&str, &str)]) -> Settings {
    let mut set: Vec<(String, String)> = set.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    set.push(("auth.secrets".into(), SECRET.into()));
    Settings::load(&Overrides { file: None, set }).unwrap()
}

fn token(user: &str) -> String {
    let secret = SecretString::from(SECRET);
    sign(&TokenRequest { user, lifetime_seconds: 600 }, &secret, &settings(&[]).auth).unwrap()
}

fn state(repository: Arc<dyn TaskRepository>, settings: &Settings) -> AppState {
    let metrics = Metrics::default();
    let options = VerifierOptions::new().observer(Arc::clone(metrics.tokens()) as _);
    let shared =
        SharedSecretVerifier::with_options(vec![Secret::new(SECRET)], ClaimRules::default(), options);
    let clock = Arc::new(ManualClock::at_unix_millis(NOW_MILLIS));
    let limits = Limits::new(&settings.limits);
    AppState {
        tasks: Tasks::new(repository, clock, Arc::new(SequentialIds::default()), TextLimits::default())
            .with_trash(crate::server::trash(settings)),
        verifier: Arc::new(AnyVerifier::new(Some(shared.unwrap()), None).unwrap()),
        public_url: settings.server.public_url.clone(),
        openapi: OnceLock::new(),
        readiness: Arc::new(MemoryTasks::default()),
        last_check: LastCheck::default(),
        notifier: Arc::new(MemoryTasks::default()),
        event_streams: EventStreams::new(&settings.events),
        owner_policy: owner_policy(&limits),
        limits,
        trusted_proxies: TrustedProxies::new(&settings.server).unwrap(),
        body: BodyLimits { max_bytes: settings.limits.max_body_bytes, timeout: Duration::from_millis(300) },
        key_limits: key_limits(&settings.limits),
        unsent_lists: UnsentLists::new(settings.limits.max_unsent_bytes),
        list_cache: ListCache::new(settings.tasks.list_cache_bytes),
        max_age: settings.database.max_age(),
        delete_returns_body: settings.tasks.delete_returns_body,
        metrics,
        log_requests: settings.log.requests,
        audit: None,
        traces: None,
        background_jobs: None,
        draining: Draining::default(),
    }
}

/// The application, ready to be called.
struct App<S>(S);

async fn app(
    set: &[(&str, &str)],
) -> App<
    impl Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + use<>,
> {
    let settings = settings(set);
    app_over(state(Arc::new(MemoryTasks::default()), &settings), &settings).await
}

async fn app_over(
    state: AppState,
    settings: &Settings,
) -> App<
    impl Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + use<>,
> {
    App(init_service(crate::server::app(Data::new(state), &settings.cors, crate::routes::api_and_metrics))
        .await)
}

impl<S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>> App<S> {
    async fn send(&self, call: Call) -> TestResponse {
        let mut request = TestRequest::default().method(call.method).uri(&call.uri).set_payload(call.body);
        if let Some(peer) = call.peer {
            request = request.peer_addr(peer.parse().unwrap());
        }
        for header in call.headers {
            request = request.append_header(header);
        }
        let response = self.0.call(request.to_request()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        TestResponse { status, headers, body: to_bytes(response.into_body()).await.unwrap() }
    }

    /// Creates a task; returns its id and entity tag.
    async fn create(&self, user: &str, body: &str) -> (String, String) {
        let response = self.send(call("POST", "/api/tasks").by(user).json(body)).await;
        assert_eq!(response.status, 201, "{:?}", response.body);
        (response.json()["id"].as_str().unwrap().to_owned(), response.header("etag").to_owned())
    }
}

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth::{
    AnyVerifier, ClaimRules, FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier, VerifierOptions,
};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::testing::{ManualClock, MemoryTasks};
use domain::{Owner, TaskRepository};
use futures_util::FutureExt;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::{NOW, NOW_MILLIS, SharedClock, app_over, bearer, call, events, settings, state, streaming};
use crate::state::AppState;

#[actix_web::test]
async fn an_erased_owner_gets_resync() {
    let (app, outside) = streaming(&[], ClaimRules::default()).await;
    app.add("a task").await;
    let mut stream = app.open(events("")).await;
    let ready = stream.expect("ready").await;
    outside.repository.erase(&Owner::for_test("alice")).await.unwrap();
    stream.expect_last("resync").await;
    app.open(events("").header("last-event-id", ready.id())).await.expect_last("resync").await;
    // Also with as many changes as before.
    app.add("another life").await;
    app.open(events("").header("last-event-id", ready.id())).await.expect_last("resync").await;
}

#[actix_web::test]
async fn a_token_that_expires_in_silence_ends_its_stream() {
    let (app, outside) = streaming(&[], ClaimRules::default()).await;
    let request = call("GET", "/api/tasks/events").header("authorization", &bearer("alice", 50));
    let mut stream = app.open(request).await;
    stream.expect("ready").await;
    for _ in 0..2 {
        outside.pass(20).await;
        assert_eq!(stream.lines().await.unwrap(), ":");
    }
    // The clock of the token may be slower than that of timers.
    tokio::time::advance(Duration::from_secs(15)).await;
    assert!(stream.lines().now_or_never().is_none());
    outside.clock.advance_millis(9_000);
    app.add("a second before").await;
    stream.expect("change").await;
    outside.pass(1).await;
    stream.expect_last("expired").await;
}

#[actix_web::test]
async fn nothing_is_delivered_after_the_expiry() {
    let (app, outside) = streaming(&[], ClaimRules::default()).await;
    let request = || call("GET", "/api/tasks/events").header("authorization", &bearer("alice", 50));
    let mut stream = app.open(request()).await;
    let ready = stream.expect("ready").await;
    app.add("in time, but not read in time").await;
    outside.clock.advance_millis(50_000);
    stream.expect_last("expired").await;
    // Within the leeway, which other requests have.
    let list = call("GET", "/api/tasks").header("authorization", &bearer("alice", 50));
    assert_eq!(app.send(list).await.status, 200);
    app.open(request()).await.expect_last("expired").await;
    app.open(request().header("last-event-id", ready.id())).await.expect_last("expired").await;
    app.open(request().header("last-event-id", "x")).await.expect_last("expired").await;
    outside.clock.advance_millis(31_000);
    assert_eq!(app.send(request()).await.code(), "invalid_token");
}

#[actix_web::test]
async fn the_maximum_age_ends_a_stream() {
    let rules = ClaimRules::default().max_age_seconds(Some(60));
    let (app, outside) = streaming(&[], rules).await;
    let mut stream = app.open(events("")).await;
    stream.expect("ready").await;
    outside.pass(60).await;
    assert_eq!(stream.lines().await.unwrap(), ":");
    outside.pass(1).await;
    stream.expect_last("expired").await;
}

#[actix_web::test]
async fn a_shutdown_ends_streams_with_a_time_to_come_back() {
    let (app, outside) = streaming(&[], ClaimRules::default()).await;
    let (_, position) = app.open(events("")).await.until_ready().await;
    for number in 0..60 {
        app.add(&number.to_string()).await;
    }
    let mut idle = app.open(events("")).await;
    idle.expect("ready").await;
    let mut behind = app.open(events(&format!("?since={position}"))).await;
    outside.draining.begin();
    for stream in [&mut idle, &mut behind] {
        let retry = stream.lines().await.unwrap();
        let retry: u64 = retry.strip_prefix("retry: ").unwrap().parse().unwrap();
        assert!((1000..=5000).contains(&retry), "{retry}");
        assert_eq!(stream.lines().await, None);
    }
    let response = app.send(events("")).await;
    assert_eq!((response.status.as_u16(), response.code()), (503, "overloaded".into()));
    assert_eq!(response.header("retry-after"), "1");
    // Everything else is served.
    app.add("during the delay").await;
}

/// An issuer that publishes one key.
struct Issuer(Mutex<Ed25519KeyPair>);

impl Issuer {
    fn new() -> Self {
        Self(Mutex::new(Ed25519KeyPair::generate().unwrap()))
    }

    fn bearer(&self) -> String {
        let key = self.0.lock().unwrap();
        let key = EncodingKey::from_ed_der(key.to_pkcs8().unwrap().as_ref());
        let header = Header { kid: Some("key".into()), ..Header::new(Algorithm::EdDSA) };
        format!("Bearer {}", encode(&header, &json!({"sub": "alice", "exp": NOW + 600}), &key).unwrap())
    }
}

impl JwksSource for Issuer {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let x = URL_SAFE_NO_PAD.encode(self.0.lock().unwrap().public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "key", "x": x});
        Ok(FetchedKeys::new(json!({"keys": [key]}).to_string()))
    }
}

#[actix_web::test]
async fn a_stream_ends_when_its_key_leaves_the_key_set() {
    let settings = settings(&[("events.heartbeat_seconds", "1")]);
    let issuer = Arc::new(Issuer::new());
    let timing = JwksOptions::new().max_age(Duration::from_millis(200));
    let clock = SharedClock(Arc::new(ManualClock::at_unix_millis(NOW_MILLIS)));
    let options = VerifierOptions::new().clock(Arc::new(clock));
    let verifier =
        JwksVerifier::with_options(Arc::clone(&issuer) as _, timing, ClaimRules::default(), options);
    let state = AppState {
        verifier: Arc::new(AnyVerifier::new(None, Some(verifier.unwrap())).unwrap()),
        ..state(Arc::new(MemoryTasks::default()), &settings)
    };
    let app = app_over(state, &settings).await;
    let request = call("GET", "/api/tasks/events").header("authorization", &issuer.bearer());
    let mut stream = app.open(request).await;
    stream.expect("ready").await;
    assert_eq!(stream.lines().await.unwrap(), ":");
    *issuer.0.lock().unwrap() = Ed25519KeyPair::generate().unwrap();
    stream.expect_last("expired").await;
}

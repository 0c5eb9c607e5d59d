//! How long a verification takes, by algorithm: the bare signature check of the cryptographic library, a first
//! verification, a cached one, and a cached one while another thread verifies the same token.
//!
//! `cargo bench -p tasknook-auth`. Tokens are of the size that Better Auth issues. "First" tokens come from a pool that
//! is many times larger than the cache, so that each is looked up in vain, verified, inserted, and another one evicted.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark ends where something is wrong"
)]

#[path = "../tests/support/signing_key.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod signing_key;

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use serde_json::json;
use signing_key::{SigningKey, key_set};
use tasknook_auth::{
    CacheOptions, ClaimRules, FetchError, FetchedKeys, Identity, JwksOptions, JwksSource, JwksVerifier,
    Secret, SharedSecretVerifier, TokenVerifier, VerifierOptions, VerifyError,
};

const ORIGIN: &str = "https://auth.example.com";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const POOL: usize = 512;

struct Published(String);

impl JwksSource for Published {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        Ok(FetchedKeys::new(self.0.clone()))
    }
}

fn token(key: &SigningKey, number: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "name": "Alice Example", "email": "alice@example.com", "emailVerified": true, "image": null,
        "createdAt": "2026-11-21T09:15:17.465Z", "updatedAt": "2026-11-21T09:15:17.465Z",
        "id": format!("Y5125BvTgO7wvvqfs7E3CbVLBUcf{number:04}"),
        "sub": format!("Y5125BvTgO7wvvqfs7E3CbVLBUcf{number:04}"),
        "iss": ORIGIN, "aud": ORIGIN, "iat": now, "exp": now + 86_400,
    });
    key.token("cq6WJqIbLX0tqcZ8mBv1QmT3FqkWc1uJ", &claims)
}

fn verifier(key: &SigningKey, memory_bytes: u64) -> Arc<dyn TokenVerifier> {
    let rules = ClaimRules::for_better_auth(ORIGIN).unwrap();
    let memory = CacheOptions::new().max_bytes(memory_bytes);
    let options = VerifierOptions::new().cache(memory);
    if let SigningKey::Hs256(secret) = key {
        let verifier = SharedSecretVerifier::with_options(vec![Secret::new(secret)], rules, options);
        return Arc::new(verifier.unwrap());
    }
    let source = Published(key_set(&[key.jwk("cq6WJqIbLX0tqcZ8mBv1QmT3FqkWc1uJ")]));
    let verifier =
        JwksVerifier::with_options(Arc::new(source), JwksOptions::default(), rules, options).unwrap();
    while !verifier.is_ready() {
        thread::yield_now();
    }
    Arc::new(verifier)
}

/// No verification here waits for anything.
fn verify(verifier: &dyn TokenVerifier, token: &str) -> Result<Identity, VerifyError> {
    match verifier.verify(token).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(verdict) => verdict,
        Poll::Pending => panic!("a verification waited"),
    }
}

/// The signature check alone, with the key already parsed.
fn bare(key: &SigningKey, token: &str) -> Box<dyn Fn()> {
    let message = token.rsplit_once('.').unwrap().0.as_bytes().to_vec();
    let signature = key.sign(&message);
    let parsed = match key {
        SigningKey::Hs256(secret) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            return Box::new(move || hmac::verify(&key, &message, &signature).unwrap());
        }
        SigningKey::Ed25519(pair) => ParsedPublicKey::new(&ED25519, pair.public_key().as_ref()),
        SigningKey::Elliptic(_, pair) => {
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref())
        }
        SigningKey::Rsa(_, pair) => {
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref())
        }
    };
    let parsed = parsed.unwrap();
    Box::new(move || parsed.verify_sig(&message, &signature).unwrap())
}

fn algorithm(group: &mut BenchmarkGroup<'_, WallTime>, key: &SigningKey) {
    let pool: Vec<_> = (0..POOL).map(|number| token(key, number)).collect();
    let bare = bare(key, &pool[0]);
    group.bench_function("bare", |bencher| bencher.iter(&bare));

    let forgetful = verifier(key, 64 << 10);
    let next = Cell::new(0);
    group.bench_function("first", |bencher| {
        bencher.iter(|| {
            next.set((next.get() + 1) % POOL);
            verify(&*forgetful, black_box(&pool[next.get()])).unwrap()
        });
    });

    let cached = verifier(key, 16 << 20);
    verify(&*cached, &pool[0]).unwrap();
    group.bench_function("cached", |bencher| {
        bencher.iter(|| verify(&*cached, black_box(&pool[0])).unwrap());
    });
    group.bench_function("cached, 2 threads", |bencher| {
        bencher.iter_custom(|iterations| on_two_threads(&cached, &pool[0], iterations));
    });
}

/// The time for as many verifications on each of two threads.
fn on_two_threads(verifier: &Arc<dyn TokenVerifier>, token: &str, iterations: u64) -> Duration {
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..iterations {
                    black_box(verify(&**verifier, black_box(token)).unwrap());
                }
            });
        }
    });
    start.elapsed()
}

fn verification(criterion: &mut Criterion) {
    for key in [SigningKey::hs256(SECRET), SigningKey::ed25519(), SigningKey::p256(), SigningKey::rs256()] {
        let mut group = criterion.benchmark_group(key.algorithm());
        algorithm(&mut group, &key);
        group.finish();
    }
}

criterion_group!(benches, verification);
criterion_main!(benches);

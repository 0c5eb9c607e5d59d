//! The verdicts of this crate on cases from standard input, as JSON lines: for tests/differential of the repository.
#![expect(clippy::print_stdout, reason = "a program that writes its results")]

use std::error::Error;
use std::io;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tasknook_auth::{
    AnyVerifier, ClaimRules, Clock, FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier,
    SharedSecretVerifier, TokenVerifier, VerifierOptions,
};

#[derive(Deserialize)]
struct Case {
    token: String,
    secret: Option<String>,
    jwks: Option<String>,
    /// The issuer and the audience.
    origin: String,
    /// Seconds since 1970.
    now: i64,
}

struct FixedClock(i64);

impl Clock for FixedClock {
    fn unix_seconds(&self) -> i64 {
        self.0
    }
}

struct Document(String);

impl JwksSource for Document {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        Ok(FetchedKeys::new(self.0.clone()))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        println!("{}", verdict(serde_json::from_str(&line?)?)?);
    }
    Ok(())
}

/// With a verifier of its own for each case, so that no case depends on another one.
fn verdict(case: Case) -> Result<Value, Box<dyn Error>> {
    let rules = ClaimRules::new().issuers([&case.origin]).audiences([&case.origin]);
    let options = VerifierOptions::new().clock(Arc::new(FixedClock(case.now)));
    let by_secret = |secret: String| {
        SharedSecretVerifier::with_options(vec![secret.into()], rules.clone(), options.clone())
    };
    let by_keys = |document| {
        let source = Arc::new(Document(document));
        JwksVerifier::with_options(source, JwksOptions::default(), rules.clone(), options.clone())
    };
    let shared = case.secret.map(by_secret).transpose()?;
    let verifier = AnyVerifier::new(shared, case.jwks.map(by_keys).transpose()?)?;
    Ok(match pollster::block_on(verifier.verify(&case.token)) {
        Ok(identity) => json!({ "user": identity.user_id() }),
        Err(error) => json!({ "reason": error.reason(), "message": error.to_string() }),
    })
}

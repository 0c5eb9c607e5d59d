//! The tokens of a real Better Auth, verified by the `auth` crate: in every mode the token for the API is accepted, and
//! every other token is rejected.

mod another_issuer;
mod each_mode;
mod rotation;

use std::sync::Arc;

use auth::{
    ClaimRules, HttpJwksSource, Identity, JwksOptions, JwksVerifier, SharedSecretVerifier, TokenVerifier,
    VerifyError,
};
use tasknook_tests::{BetterAuth, Mode, User};

/// A Better Auth and one of its users.
struct Issued {
    better_auth: BetterAuth,
    user: User,
}

impl Issued {
    fn by(mode: Mode) -> Self {
        let better_auth = BetterAuth::start(mode);
        let user = better_auth.sign_up("alice");
        Self { better_auth, user }
    }

    fn url(&self) -> &str {
        self.better_auth.url()
    }

    /// The documented verifier: the trust anchor of the mode, and the rules for its URL.
    fn documented_verifier(&self) -> Box<dyn TokenVerifier> {
        if self.better_auth.mode().uses_secret() {
            Box::new(with_secret(BetterAuth::SECRET, documented_rules(self.url())))
        } else {
            Box::new(with_keys_of(self.url(), documented_rules(self.url())))
        }
    }
}

fn documented_rules(url: &str) -> ClaimRules {
    ClaimRules::for_better_auth(url).unwrap()
}

fn with_secret(secret: &str, rules: ClaimRules) -> SharedSecretVerifier {
    SharedSecretVerifier::new(vec![secret.into()], rules).unwrap()
}

fn with_keys_of(url: &str, rules: ClaimRules) -> JwksVerifier {
    let source = HttpJwksSource::for_better_auth(url).unwrap();
    JwksVerifier::new(Arc::new(source), JwksOptions::default(), rules).unwrap()
}

#[track_caller]
fn identity(verifier: &dyn TokenVerifier, token: &str) -> Identity {
    pollster::block_on(verifier.verify(token)).unwrap_or_else(|error| panic!("{error}: {token}"))
}

/// The label of the rejection, with the claim when one is missing.
#[track_caller]
fn rejection(verifier: &dyn TokenVerifier, token: &str) -> String {
    match pollster::block_on(verifier.verify(token)) {
        Ok(identity) => panic!("{token} is accepted as a token of {identity:?}"),
        Err(error) => match &error {
            VerifyError::MissingClaim { claim } => format!("{} {claim}", error.reason()),
            _ => error.reason().to_owned(),
        },
    }
}

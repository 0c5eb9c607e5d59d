//! An issuer of tokens with a key of its own.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::signing_key::SigningKey;
use super::{ISSUER_URL, TokenBuilder, rules};
use crate::{
    AnyVerifier, ClaimRules, ConfigError, FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier,
    SharedSecretVerifier, VerifierOptions,
};

/// An issuer with a random key, as Better Auth would be: it signs good and bad tokens, and makes the verifier of the
/// good ones.
///
/// | method | `reason()` of the verifier |
/// |---|---|
/// | [`token`](Self::token) | accepted |
/// | [`expired_token`](Self::expired_token) | `expired` |
/// | [`other_issuer_token`](Self::other_issuer_token) | `unknown_issuer` |
/// | [`other_key_token`](Self::other_key_token) | `invalid_signature` |
/// | [`tampered_token`](Self::tampered_token) | `invalid_signature` |
///
/// [`builder`](Self::builder) makes every other token. `Debug` shows neither a key nor a secret.
pub struct TestIssuer {
    url: String,
    key: SigningKey,
}

impl TestIssuer {
    /// An issuer that publishes its key, as Better Auth does without further configuration: `EdDSA`.
    ///
    /// # Panics
    ///
    /// When the operating system has no random bytes.
    #[must_use]
    pub fn with_key_set() -> Self {
        Self { url: ISSUER_URL.to_owned(), key: SigningKey::published() }
    }

    /// An issuer that shares a secret with your service: HS256.
    ///
    /// # Panics
    ///
    /// When the operating system has no random bytes.
    #[must_use]
    pub fn with_shared_secret() -> Self {
        Self { url: ISSUER_URL.to_owned(), key: SigningKey::secret() }
    }

    /// Sets the issuer and the audience of the tokens, for the test of a service with several issuers.
    ///
    /// ```
    /// use tasknook_auth::testing::TestIssuer;
    /// use tasknook_auth::{IssuerVerifier, TokenVerifier};
    ///
    /// # pollster::block_on(async {
    /// let users = TestIssuer::with_key_set().with_url("https://users.example.test");
    /// let services = TestIssuer::with_shared_secret().with_url("https://services.example.test");
    /// let verifier = IssuerVerifier::new([users.verifier(), services.verifier()]).unwrap();
    /// for issuer in [&users, &services] {
    ///     let user = verifier.verify(&issuer.token("user-a")).await.unwrap();
    ///     assert_eq!(user.issuer(), Some(issuer.url()));
    /// }
    /// // A token of one issuer in the name of the other.
    /// let forged = services.builder("user-a").claim("iss", users.url()).sign();
    /// assert!(verifier.verify(&forged).await.is_err());
    /// # });
    /// ```
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// The issuer and the audience of the tokens: [`ISSUER_URL`], or that of [`TestIssuer::with_url`].
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The rules that accept its tokens, to which you can add your own for [`TestIssuer::verifier_with`].
    #[must_use]
    pub fn rules(&self) -> ClaimRules {
        rules(&self.url)
    }

    /// The verifier of its tokens, with the default options, ready to verify. It opens no socket.
    ///
    /// # Panics
    ///
    /// When the thread of the key set cannot be started.
    #[must_use]
    pub fn verifier(&self) -> Arc<AnyVerifier> {
        self.verifier_with(self.rules(), VerifierOptions::default()).expect("the default options")
    }

    /// As [`TestIssuer::verifier`], with the rules and options of your service.
    ///
    /// ```
    /// use tasknook_auth::testing::TestIssuer;
    /// use tasknook_auth::{TokenVerifier, VerifierOptions};
    ///
    /// # pollster::block_on(async {
    /// let issuer = TestIssuer::with_key_set();
    /// let rules = issuer.rules().roles_claim(["groups"]);
    /// let verifier = issuer.verifier_with(rules, VerifierOptions::default()).unwrap();
    /// let token = issuer.builder("user-a").claim("groups", ["editors"]).sign();
    /// assert!(verifier.verify(&token).await.unwrap().has_role("editors"));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for rules or options outside their limits.
    ///
    /// # Panics
    ///
    /// When the keys are not loaded within 10 seconds.
    pub fn verifier_with(
        &self,
        rules: ClaimRules,
        options: VerifierOptions,
    ) -> Result<Arc<AnyVerifier>, ConfigError> {
        let verifier = match &self.key {
            SigningKey::Secret(secret) => {
                let secrets = vec![secret.as_str().into()];
                AnyVerifier::new(Some(SharedSecretVerifier::with_options(secrets, rules, options)?), None)
            }
            SigningKey::Published(_) => {
                let source = Arc::new(FixedKeys(self.key_set()));
                let timing = JwksOptions::default();
                AnyVerifier::new(None, Some(JwksVerifier::with_options(source, timing, rules, options)?))
            }
        }?;
        await_ready(&verifier);
        Ok(Arc::new(verifier))
    }

    /// A verifier whose issuer is down and whose keys were never fetched, for the 503 of your service: it rejects a token of
    /// this issuer as `keys_unavailable`. With a shared secret nothing is fetched, and it accepts the token.
    ///
    /// ```
    /// use tasknook_auth::TokenVerifier;
    /// use tasknook_auth::testing::TestIssuer;
    ///
    /// # pollster::block_on(async {
    /// let issuer = TestIssuer::with_key_set();
    /// let error = issuer.unavailable_verifier().verify(&issuer.token("user-a")).await.unwrap_err();
    /// assert_eq!(error.reason(), "keys_unavailable");
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// When the thread of the key set cannot be started.
    #[must_use]
    pub fn unavailable_verifier(&self) -> Arc<AnyVerifier> {
        let SigningKey::Published(_) = &self.key else { return self.verifier() };
        let jwks = JwksVerifier::new(Arc::new(NoKeys), JwksOptions::default(), self.rules());
        Arc::new(AnyVerifier::new(None, Some(jwks.expect("the default options"))).expect("a key set"))
    }

    /// The key set as JSON, to serve it to a verifier that you configure yourself. It is empty with a shared secret.
    #[must_use]
    pub fn key_set(&self) -> String {
        self.key.key_set().to_string()
    }

    /// The shared secret, for a verifier that you configure yourself; none with a key set.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        match &self.key {
            SigningKey::Secret(secret) => Some(secret),
            SigningKey::Published(_) => None,
        }
    }

    /// A token with claims of your choice, starting from those of [`TestIssuer::token`].
    pub fn builder(&self, user_id: &str) -> TokenBuilder<'_> {
        TokenBuilder::new(self, user_id)
    }

    /// A good token of this user, valid for 15 minutes. Its claims are those of Better Auth: the user's row, of which
    /// `email` and `name` derive from the id, with `sub`, `iss`, `aud`, `iat` and `exp`.
    #[must_use]
    pub fn token(&self, user_id: &str) -> String {
        self.builder(user_id).sign()
    }

    /// A token that expired an hour ago, which is beyond every leeway.
    #[must_use]
    pub fn expired_token(&self, user_id: &str) -> String {
        self.builder(user_id).expires_in(-3600).sign()
    }

    /// A token under the right key that names another issuer.
    #[must_use]
    pub fn other_issuer_token(&self, user_id: &str) -> String {
        self.builder(user_id).claim("iss", "https://other-issuer.example.test").sign()
    }

    /// A token with the header and claims of a good one, under another key.
    #[must_use]
    pub fn other_key_token(&self, user_id: &str) -> String {
        self.builder(user_id).sign_with(&self.key.other())
    }

    /// The claims of a good token of this user, under the signature of another user's token.
    #[must_use]
    pub fn tampered_token(&self, user_id: &str) -> String {
        let other = self.builder(&format!("not-{user_id}")).signing_input();
        format!("{}.{}", self.builder(user_id).signing_input(), self.key.sign(&other))
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }
}

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = match self.key {
            SigningKey::Published(_) => "EdDSA",
            SigningKey::Secret(_) => "HS256",
        };
        f.debug_struct("TestIssuer")
            .field("url", &self.url)
            .field("algorithm", &algorithm)
            .finish_non_exhaustive()
    }
}

/// A key set that needs no issuer.
struct FixedKeys(String);

impl JwksSource for FixedKeys {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        Ok(FetchedKeys::new(self.0.clone()))
    }
}

/// An issuer that is down.
struct NoKeys;

impl JwksSource for NoKeys {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        Err(FetchError::Timeout)
    }
}

/// Waits for the thread that loads the keys, so that a readiness probe of your service passes from the start.
fn await_ready(verifier: &AnyVerifier) {
    let start = Instant::now();
    while !verifier.is_ready() {
        assert!(start.elapsed() < Duration::from_secs(10), "the key set was not loaded within 10 seconds");
        thread::sleep(Duration::from_millis(1));
    }
}

//! The secret that a debug build makes for itself, so that a first look needs no setting up. A release build refuses
//! the setting and holds to what it is given.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use secrecy::SecretString;
use uuid::Uuid;

use crate::settings::{Refusal, Settings};
use crate::startup::StartError;
use crate::token::{self, Grant};

/// Where the secret is when the configuration names no other place.
const USUAL_FILE: &str = "data/development-secret";

/// The secret that signs: the first that is configured, or in a debug build the development secret.
pub(crate) fn signing_secret(settings: &Settings) -> Result<SecretString, StartError> {
    if let Some(first) = settings.auth.secrets.first() {
        return Ok(first.clone());
    }
    if cfg!(debug_assertions) && !has_key_set(settings) {
        let named = settings.auth.development_secret_file.as_str();
        return secret(Path::new(if named.is_empty() { USUAL_FILE } else { named }));
    }
    let why = "no shared secret to sign with: set BETTER_AUTH_SECRET";
    Err(Refusal::new("auth.secrets", why).into())
}

fn has_key_set(settings: &Settings) -> bool {
    !(settings.auth.better_auth_url.is_empty() && settings.auth.jwks_url.is_empty())
}

/// The development secret, when it is what tokens are verified with.
pub(crate) fn trusted_secret(settings: &Settings) -> Result<Option<SecretString>, StartError> {
    let auth = &settings.auth;
    if !auth.secrets.is_empty() || has_key_set(settings) || auth.development_secret_file.is_empty() {
        return Ok(None);
    }
    secret(Path::new(&auth.development_secret_file)).map(Some)
}

/// Commands that work as they stand, for whoever has just started the service; with the development secret only.
pub(crate) fn hint(settings: &Settings) -> Result<Option<impl Fn(&str) -> String + use<>>, StartError> {
    let Some(secret) = trusted_secret(settings)? else { return Ok(None) };
    let token = token::sign(&Grant { user: "alice", lifetime_seconds: 86_400 }, &secret, &settings.auth)?;
    Ok(Some(move |address: &str| {
        format!(
            "\nTasknook serves on {address}, with a development secret. Create a task, then list it:\n\n\
             curl -X POST {address}/api/alice/tasks -H 'Content-Type: application/json' -d '{{\"title\":\"Buy milk\"}}' \
             -H 'Authorization: Bearer {token}'\n\n\
             curl {address}/api/alice/tasks -H 'Authorization: Bearer {token}'\n"
        )
    }))
}

/// Reads the secret, or makes it at the first time: 244 random bits, in a file that only its owner can read.
#[expect(clippy::disallowed_methods, reason = "random bits, not an id")]
fn secret(path: &Path) -> Result<SecretString, StartError> {
    let failed = |error| {
        StartError::failed(format!("the development secret {} cannot be used", path.display()), error)
    };
    match fs::read_to_string(path) {
        Ok(text) => return Ok(SecretString::from(text.trim())),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let made = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(|mut file| writeln!(file, "{made}")).map_err(failed)?;
    Ok(SecretString::from(made))
}

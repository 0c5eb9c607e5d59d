//! The secret that a debug build creates for itself, so that a first start needs no configuration. A release build
//! rejects the setting.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use uuid::Uuid;

use super::Auth;

/// The file of the secret when the configuration names none.
const DEFAULT_FILE: &str = "data/development-secret";

/// The development secret cannot be read or created.
#[derive(Debug, thiserror::Error)]
#[error("the development secret {} cannot be used", path.display())]
pub(crate) struct DevelopmentSecretError {
    path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl Auth {
    /// The development secret, when tokens are verified with it: no other trust anchor is configured.
    pub(crate) fn development_secret(&self) -> Result<Option<SecretString>, DevelopmentSecretError> {
        if !self.secrets.is_empty() || self.has_key_set() || self.development_secret_file.is_empty() {
            return Ok(None);
        }
        read_or_create(Path::new(&self.development_secret_file)).map(Some)
    }

    /// The secret that signs: the first configured one, or in a debug build the development secret.
    pub(crate) fn signing_secret(&self) -> Result<Option<SecretString>, DevelopmentSecretError> {
        if let Some(first) = self.secrets.first() {
            return Ok(Some(first.clone()));
        }
        if !cfg!(debug_assertions) || self.has_key_set() {
            return Ok(None);
        }
        let file = self.development_secret_file.as_str();
        read_or_create(Path::new(if file.is_empty() { DEFAULT_FILE } else { file })).map(Some)
    }

    fn has_key_set(&self) -> bool {
        !(self.better_auth_url.is_empty() && self.jwks_url.is_empty())
    }
}

/// The first call creates the secret: 244 random bits, in a file that only its owner can read.
#[expect(clippy::disallowed_methods, reason = "random bits, not an id")]
fn read_or_create(path: &Path) -> Result<SecretString, DevelopmentSecretError> {
    let failed = |source| DevelopmentSecretError { path: path.to_owned(), source };
    match fs::read_to_string(path) {
        Ok(text) => return Ok(SecretString::from(text.trim())),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(|mut file| writeln!(file, "{secret}")).map_err(failed)?;
    Ok(SecretString::from(secret))
}

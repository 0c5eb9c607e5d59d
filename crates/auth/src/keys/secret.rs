//! Secrets shared with the issuer.

use std::collections::HashSet;
use std::fmt;

use crate::ConfigError;

/// The fewest bytes of a key for HS256: as many as its hash has (RFC 7518 §3.2).
const MIN_BYTES: usize = 32;

/// The secrets that Better Auth uses outside production when none is configured. They are public.
const PUBLIC_DEFAULTS: [&[u8]; 2] =
    [b"better-auth-secret-12345678901234567890", b"better-auth-secret-123456789"];

/// Parts of the placeholders in published configuration files, in lower case with hyphens. None is likely in random text.
const EXAMPLES: [&str; 15] = [
    "change-me",
    "changeme",
    "change-this",
    "change-in-prod",
    "replace-me",
    "replace-this",
    "replace-with",
    "placeholder",
    "your-secret",
    "your-super",
    "super-secret",
    "secret-key",
    "-32-char",
    "at-least-32",
    "example-secret",
];

/// Random text of 32 bytes has more, also in hexadecimal.
const MIN_DISTINCT_BYTES: usize = 8;

/// A secret shared with the issuer. Its key bytes are the UTF-8 bytes of the text, neither decoded nor hashed,
/// as in Better Auth. No `Debug` shows it.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes the text, or the bytes, as they are.
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self(secret.as_ref().into())
    }

    /// Reads Better Auth's `BETTER_AUTH_SECRETS`: `2:new secret,1:old secret`, the one that signs first.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedSecretList`] when an entry has no version, which is a whole number, or no secret.
    pub fn parse_versioned_list(list: &str) -> Result<Vec<Self>, ConfigError> {
        Ok(versioned_secrets(list)?.into_iter().map(Self::new).collect())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Why it looks like an example that is published, if it does: anyone could sign tokens with it. A guess, so it is
    /// a reason for a warning only.
    pub(crate) fn weakness(&self) -> Option<&'static str> {
        let distinct: HashSet<_> = self.0.iter().collect();
        if distinct.len() < MIN_DISTINCT_BYTES {
            return Some("has very few different characters");
        }
        let text = String::from_utf8_lossy(&self.0).to_lowercase().replace(['_', ' '], "-");
        EXAMPLES.iter().any(|example| text.contains(example)).then_some("looks like an example")
    }

    /// `position` counts from 1 and names the secret in an error.
    pub(super) fn check(&self, position: usize) -> Result<(), ConfigError> {
        // Before the length: one of them is too short as well, and "public" is the more useful error.
        if PUBLIC_DEFAULTS.contains(&self.bytes()) {
            return Err(ConfigError::PublicSecret { position });
        }
        let length_bytes = self.0.len();
        if length_bytes < MIN_BYTES {
            return Err(ConfigError::ShortSecret { position, length_bytes, required_bytes: MIN_BYTES });
        }
        Ok(())
    }
}

/// The texts of a `BETTER_AUTH_SECRETS` in its order, for a program that keeps its configuration as text; see
/// [`Secret::parse_versioned_list`].
///
/// # Errors
///
/// [`ConfigError::MalformedSecretList`], as there.
pub fn versioned_secrets(list: &str) -> Result<Vec<&str>, ConfigError> {
    list.split(',').enumerate().map(|(index, entry)| versioned_secret(entry, index)).collect()
}

fn versioned_secret(entry: &str, index: usize) -> Result<&str, ConfigError> {
    let parts = entry.trim().split_once(':').map(|(version, secret)| (version.trim(), secret.trim()));
    parts
        .filter(|(version, secret)| version.parse::<u32>().is_ok() && !secret.is_empty())
        .map(|(_, secret)| secret)
        .ok_or(ConfigError::MalformedSecretList { position: index.saturating_add(1) })
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret.into_bytes().into())
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_versioned_list_in_order() {
        let secrets = Secret::parse_versioned_list("2:new:secret, 1:old").unwrap();
        let texts: Vec<_> = secrets.iter().map(Secret::bytes).collect();
        assert_eq!(texts, [b"new:secret".as_slice(), b"old".as_slice()]);
    }

    #[test]
    fn rejects_a_malformed_versioned_list_by_position() {
        for (list, place) in
            [("", 1), ("secret", 1), ("2:new,old", 2), ("2:new,1:", 2), ("x:new", 1), ("2:new,", 2)]
        {
            let error = Secret::parse_versioned_list(list).unwrap_err();
            assert!(
                matches!(error, ConfigError::MalformedSecretList { position } if position == place),
                "{list}"
            );
        }
    }
}

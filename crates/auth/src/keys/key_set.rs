//! A key set: usable keys by name.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use thiserror::Error;

use super::jwk::{Jwk, is_leaked, public_value};
use super::verifying_key::VerifyingKey;
use crate::Excerpt;
use crate::token::Algorithm;

/// The most entries of a set that are parsed. An issuer has two or three, or as many as it rotates within its grace
/// period. Beyond that the last ones count: Better Auth adds new keys at the end.
const MAX_ENTRIES: usize = 256;

/// The usable keys of a set; never empty.
pub(super) struct KeySet {
    /// The keys of a name are for different algorithms.
    by_id: HashMap<String, Vec<VerifyingKey>>,
    without_id: Vec<VerifyingKey>,
}

/// The result of looking up the `kid` of a token, or its absence.
pub(super) enum Lookup<'a> {
    /// For another algorithm than the token's when no key of that name is for it.
    Found(&'a VerifyingKey),
    Unknown,
    /// The token has no `kid`, and there is not exactly one key.
    Ambiguous,
}

/// Why a document is not a key set that can be used. When it was fetched, the fetch counts as failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySetError {
    /// Not a JSON object with a member `keys` that is an array (RFC 7517 §5).
    #[error("the document is not a JSON object with a list of keys")]
    NotAKeySet,
    /// Every entry was dropped, each with its reason in the log.
    #[error("the key set has no usable key")]
    NoUsableKey,
    /// Every entry was dropped, and one of them publishes a private key, so that anyone can sign with it. A verifier
    /// stops to use the last good set, which can have the same key.
    #[error("the key set publishes a private key and has no other usable one")]
    PrivateKey,
}

/// What a document is worth as a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// It has a usable key, and none of `Private`.
    Usable,
    /// It publishes a private or a secret key, or has one that was published.
    Private,
    /// It is no key set, or has no usable key.
    Unusable,
}

impl Contents {
    /// As the parser of a set, which with `leaked` knows the earlier sets. Logs nothing.
    pub(crate) fn of(body: &[u8], leaked: &mut LeakedKeys) -> Self {
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        let entries = document.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        leaked.add(entries);
        if entries.iter().any(|entry| leaked.has(entry) || entry.get("k").is_some()) {
            Self::Private
        } else if KeySet::of_entries(entries, leaked, &|_, _, _| {}).is_ok() {
            Self::Usable
        } else {
            Self::Unusable
        }
    }
}

/// The most leaked keys that are remembered; more than any issuer leaks.
const MAX_LEAKED: usize = 1024;

/// The public values of the keys whose private half was published. They stay leaked when a later set has only the public
/// half: those who have read the earlier one can go on signing.
#[derive(Clone, Default)]
pub(crate) struct LeakedKeys(HashSet<String>);

impl LeakedKeys {
    /// Adds the leaked keys of a set.
    fn add(&mut self, entries: &[Value]) {
        for value in entries.iter().filter(|entry| is_leaked(entry)).filter_map(public_value) {
            if self.0.len() < MAX_LEAKED {
                self.0.insert(value.to_owned());
            }
        }
    }

    fn has(&self, entry: &Value) -> bool {
        is_leaked(entry) || public_value(entry).is_some_and(|value| self.0.contains(value))
    }
}

impl KeySet {
    /// Parses the entries one by one, so that one that cannot be used is dropped without the others.
    pub(super) fn parse(body: &[u8], leaked: &mut LeakedKeys) -> Result<Self, KeySetError> {
        let document: Value = serde_json::from_slice(body).map_err(|_| KeySetError::NotAKeySet)?;
        let entries = document.get("keys").and_then(Value::as_array).ok_or(KeySetError::NotAKeySet)?;
        if entries.len() > MAX_ENTRIES {
            tracing::warn!(
                entries = entries.len(),
                "the key set is too long: only its last {MAX_ENTRIES} entries count"
            );
        }
        // Before the entries: a leaked key is leaked under every name.
        leaked.add(entries);
        Self::of_entries(entries, leaked, &log_dropped)
    }

    fn of_entries(
        entries: &[Value],
        leaked: &LeakedKeys,
        dropped: OnDropped<'_>,
    ) -> Result<Self, KeySetError> {
        let mut has_leaked = false;
        let entries: Vec<_> = entries.iter().skip(entries.len().saturating_sub(MAX_ENTRIES)).collect();
        let mut usable = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            if leaked.has(entry) {
                has_leaked = true;
                dropped(index, entry, LEAKED);
                continue;
            }
            // Whatever names one of them means all of them.
            if entries.iter().take(index).any(|other| other == entry) {
                dropped(index, entry, "an equal entry precedes it");
                continue;
            }
            match Jwk::parse(entry) {
                Err(reason) => dropped(index, entry, reason),
                Ok(jwk) => usable.push((index, *entry, jwk)),
            }
        }
        let set = Self::without_twins(usable, dropped);
        match set.len() {
            0 if has_leaked => Err(KeySetError::PrivateKey),
            0 => Err(KeySetError::NoUsableKey),
            _ => Ok(set),
        }
    }

    /// Drops the keys that share both name and algorithm: a token cannot tell which of them signed it.
    fn without_twins(usable: Vec<(usize, &Value, Jwk)>, dropped: OnDropped<'_>) -> Self {
        let mut uses: HashMap<_, usize> = HashMap::new();
        for (_, _, jwk) in &usable {
            *uses.entry((jwk.key_id.clone(), jwk.key.algorithm())).or_default() += 1;
        }
        let mut set = Self { by_id: HashMap::new(), without_id: Vec::new() };
        for (index, entry, jwk) in usable {
            let is_twin = uses.get(&(jwk.key_id.clone(), jwk.key.algorithm())).is_some_and(|uses| *uses > 1);
            match jwk.key_id {
                None => set.without_id.push(jwk.key),
                Some(_) if is_twin => {
                    dropped(index, entry, "another entry has the same kid and algorithm");
                }
                Some(id) => set.by_id.entry(id).or_default().push(jwk.key),
            }
        }
        set
    }

    /// A token without `kid` finds the key of a set of one, and none of a larger set: the issuer has to name the key.
    pub(super) fn look_up(&self, key_id: Option<&str>, algorithm: Algorithm) -> Lookup<'_> {
        match key_id {
            Some(id) => {
                let named = self.by_id.get(id).map_or(&[][..], Vec::as_slice);
                let fitting = named.iter().find(|key| key.algorithm() == algorithm);
                fitting.or(named.first()).map_or(Lookup::Unknown, Lookup::Found)
            }
            None if self.len() == 1 => self
                .by_id
                .values()
                .flatten()
                .chain(&self.without_id)
                .next()
                .map_or(Lookup::Ambiguous, Lookup::Found),
            None => Lookup::Ambiguous,
        }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.values().map(Vec::len).sum::<usize>().saturating_add(self.without_id.len())
    }
}

/// Learns the index of an entry that is not used, the entry, and the reason.
type OnDropped<'a> = &'a dyn Fn(usize, &Value, &str);

const LEAKED: &str = "its private half was published";

fn log_dropped(index: usize, entry: &Value, reason: &str) {
    let kid = entry.get("kid").and_then(Value::as_str).map(|id| Excerpt::of(id).to_string());
    if reason == LEAKED {
        tracing::error!(
            kid,
            "the key set publishes a PRIVATE key, which is not used: anyone can sign with it; replace it at the issuer now"
        );
    } else {
        tracing::warn!(index, kid, reason, "an entry of the key set is not used");
    }
}

#[cfg(test)]
mod tests;

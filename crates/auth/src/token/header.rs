//! The rules of the JOSE header (RFC 7515 §4.1).

use std::fmt;

use crate::token::{Json, Object};
use crate::{Excerpt, VerifyError};

/// The longest `kid`, in bytes; Better Auth's are 32.
const MAX_KEY_ID_BYTES: usize = 128;

/// Media types of access tokens; other tokens of the same issuer carry their own (RFC 8725 §3.11, RFC 9068 §2.1).
const TYPES: [&str; 2] = ["JWT", "at+jwt"];

/// Parameters that change what is signed or what the payload is: compression, encryption, an unencoded payload
/// (RFC 7797) and a token within a token.
const REJECTED: [&str; 4] = ["zip", "enc", "b64", "cty"];

/// A header that passed. `jku`, `jwk`, `x5u`, `x5c` and unknown parameters are ignored: a token cannot supply its own
/// key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    algorithm: String,
    key_id: Option<String>,
}

impl Header {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, VerifyError> {
        let members = Object::parse(bytes).ok_or(VerifyError::InvalidJson { part: "header" })?;
        // Before any other parameter: an extension could change what the others mean (RFC 7515 §4.1.11).
        if members.contains("crit") {
            return Err(VerifyError::CriticalHeader);
        }
        if let Some(parameter) = REJECTED.into_iter().find(|name| members.contains(name)) {
            return Err(VerifyError::InvalidHeader { parameter, expected: "is not supported" });
        }
        check_type(members.get("typ"))?;
        let key_id = read_key_id(members.get("kid"))?;
        match members.get("alg") {
            Some(Json::Text(algorithm)) => Ok(Self { algorithm: algorithm.as_ref().to_owned(), key_id }),
            _ => Err(VerifyError::InvalidHeader { parameter: "alg", expected: "must be a string" }),
        }
    }

    /// The text in the token, which can be anything.
    pub(crate) fn algorithm(&self) -> &str {
        &self.algorithm
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    pub(crate) fn unsupported_algorithm(&self) -> VerifyError {
        VerifyError::UnsupportedAlgorithm { algorithm: Excerpt::of(&self.algorithm) }
    }
}

/// The parameters that select the key, short and escaped.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alg {}", Excerpt::of(&self.algorithm))?;
        match &self.key_id {
            Some(id) => write!(f, ", kid {}", Excerpt::of(id)),
            None => f.write_str(", no kid"),
        }
    }
}

/// Better Auth sends no `typ`, so its absence is fine.
fn check_type(value: Option<&Json<'_>>) -> Result<(), VerifyError> {
    match value {
        None => Ok(()),
        Some(Json::Text(typ)) if is_access_token(typ) => Ok(()),
        Some(Json::Text(typ)) => Err(VerifyError::UnsupportedType { typ: Excerpt::of(typ) }),
        Some(_) => Err(VerifyError::InvalidHeader { parameter: "typ", expected: "must be a string" }),
    }
}

/// Media types compare without case, and `application/` may be left out where no other slash follows (RFC 7515 §4.1.9).
fn is_access_token(typ: &str) -> bool {
    const PREFIX: &str = "application/";
    let subtype = match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, subtype)) if prefix.eq_ignore_ascii_case(PREFIX) => subtype,
        _ => typ,
    };
    TYPES.iter().any(|accepted| accepted.eq_ignore_ascii_case(subtype))
}

fn read_key_id(value: Option<&Json<'_>>) -> Result<Option<String>, VerifyError> {
    match value {
        None => Ok(None),
        Some(Json::Text(id)) if is_key_id(id) => Ok(Some(id.as_ref().to_owned())),
        Some(_) => Err(VerifyError::InvalidHeader {
            parameter: "kid",
            expected: "must be a string of 1 to 128 bytes without control characters",
        }),
    }
}

/// Whether a text may name a key, in a token or in a key set.
pub(crate) fn is_key_id(text: &str) -> bool {
    (1..=MAX_KEY_ID_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

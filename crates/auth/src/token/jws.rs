//! A token taken apart: the compact serialization of a JWS (RFC 7515 §7.1).

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{Engine, decoded_len_estimate};

use super::Header;
use crate::VerifyError;

pub(crate) fn check_length(token: &str, limit_bytes: usize) -> Result<(), VerifyError> {
    if token.len() > limit_bytes { Err(VerifyError::TooLong { limit_bytes }) } else { Ok(()) }
}

/// A token taken apart, its header parsed and valid, its signature not verified.
pub(crate) struct CompactJws<'a> {
    header: Header,
    parts: Parts<'a>,
}

impl<'a> CompactJws<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, VerifyError> {
        let parts = Parts::split(token)?;
        Ok(Self { header: parts.header()?, parts })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn signing_input(&self) -> &[u8] {
        self.parts.signing_input.as_bytes()
    }

    pub(crate) fn signature(&self) -> &Vec<u8> {
        &self.parts.signature
    }

    /// For the key, after it has verified the signature, and to select a verifier by the issuer.
    pub(crate) fn unverified_payload(&self) -> Result<Vec<u8>, VerifyError> {
        self.parts.unverified_payload()
    }
}

/// The three parts of a token, of which the signature is decoded.
pub(crate) struct Parts<'a> {
    signing_input: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(crate) fn split(token: &'a str) -> Result<Self, VerifyError> {
        let other =
            || if is_session_token(token) { VerifyError::SessionToken } else { VerifyError::NotThreeParts };
        let (signing_input, signature) = token.rsplit_once('.').ok_or_else(other)?;
        let (header, payload) = signing_input.split_once('.').ok_or_else(other)?;
        if payload.contains('.') {
            return Err(VerifyError::NotThreeParts);
        }
        Ok(Self { signing_input, header, payload, signature: decode("signature", signature)? })
    }

    pub(crate) fn header(&self) -> Result<Header, VerifyError> {
        Header::parse(&decode("header", self.header)?)
    }

    pub(crate) fn unverified_payload(&self) -> Result<Vec<u8>, VerifyError> {
        decode("payload", self.payload)
    }
}

/// Whether it looks like a session token of Better Auth, 32 letters and digits, or like the value of the cookie, which
/// is that, a dot, and an HMAC-SHA256 in base64, perhaps percent-encoded.
pub(crate) fn is_session_token(token: &str) -> bool {
    let (id, signature) = token.split_once('.').unwrap_or((token, ""));
    id.len() == 32
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (signature.is_empty() || signature.len() > 42)
}

/// Strict: no padding, no other alphabet, no white space, and the unused bits of the last character are zero.
fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, VerifyError> {
    let mut bytes = Vec::with_capacity(decoded_len_estimate(text.len()));
    URL_SAFE_NO_PAD.decode_vec(text, &mut bytes).map_err(|_| VerifyError::InvalidBase64 { part })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;

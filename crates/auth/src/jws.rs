//! The lower layer: a compact JWS (RFC 7515 §7.1), its header's rules and its signature. Claims are not looked at here.

mod header;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::VerifyError;
use crate::verifying_key::VerifyingKey;

pub(crate) use header::{Header, is_key_id};

/// A token taken apart, its header read and acceptable; nothing in it is proven yet.
pub(crate) struct CompactJws<'a> {
    token: &'a str,
    header: Header,
    signing_input: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> CompactJws<'a> {
    /// Looks at the length before anything else.
    pub(crate) fn parse(token: &'a str, limit_bytes: usize) -> Result<Self, VerifyError> {
        if token.len() > limit_bytes {
            return Err(VerifyError::TooLong { limit_bytes });
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(VerifyError::NotThreeParts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(VerifyError::NotThreeParts)?;
        if payload.contains('.') {
            return Err(VerifyError::NotThreeParts);
        }
        let header = Header::parse(&decode("header", header)?)?;
        let signature = decode("signature", signature)?;
        Ok(Self { token, header, signing_input, payload, signature })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// In bytes, of the whole token.
    pub(crate) fn length(&self) -> usize {
        self.token.len()
    }
}

/// Verifies the signature with the key's own algorithm, and gives the payload, which from here on is the issuer's word.
///
/// # Errors
///
/// [`VerifyError::AlgorithmMismatch`] when the header names another algorithm than the key's.
pub(crate) fn verify_jws(jws: &CompactJws<'_>, key: &VerifyingKey) -> Result<Vec<u8>, VerifyError> {
    if jws.header.algorithm() != key.algorithm().name() {
        return Err(VerifyError::AlgorithmMismatch { key_algorithm: key.algorithm().name() });
    }
    if !key.verifies(jws.signing_input.as_bytes(), &jws.signature) {
        return Err(VerifyError::InvalidSignature);
    }
    decode("payload", jws.payload)
}

/// Strict: no padding, no other alphabet, no white space, and the unused bits of the last character are zero.
fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| VerifyError::InvalidBase64 { part })
}

#[cfg(test)]
mod tests;

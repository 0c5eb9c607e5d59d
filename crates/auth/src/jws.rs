//! The lower layer: a compact JWS (RFC 7515 §7.1), its header's rules and its signature. Claims are not looked at here.

mod header;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::presented::check_length;
use crate::verifying_key::VerifyingKey;
use crate::{Keys, VerifyError};

pub(crate) use header::{Header, is_key_id};

/// The longest token that any caller can have looked at.
const MAX_BYTES: usize = 65_536;

/// Verifies the signature of a JWS in the compact serialization (RFC 7515 §7.1) and the rules of its header, and gives
/// its payload, whatever that is: for callers with claims of their own. Nothing is remembered, and no clock is asked.
///
/// # Errors
///
/// [`VerifyError`] for a token over 65,536 bytes, for one that is no compact JWS, for a header with `crit`, `zip`,
/// `enc`, `b64` or `cty` or with the `typ` of another kind of token, for an algorithm or a key that is not one of
/// `keys`, and for a wrong signature.
///
/// ```
/// use tasknook_auth::{Keys, Secret, verify_jws};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let token = "e30.e30.AA";
/// let keys = Keys::from_secrets(&[Secret::new("a secret of at least thirty-two bytes")])?;
/// match verify_jws(token, &keys) {
///     Ok(payload) => println!("the issuer says: {}", String::from_utf8_lossy(&payload)),
///     Err(error) => println!("refused: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
pub fn verify_jws(token: &str, keys: &Keys) -> Result<Vec<u8>, VerifyError> {
    check_length(token, MAX_BYTES)?;
    keys.verify(&CompactJws::parse(token)?)
}

/// A token taken apart, its header read and acceptable; nothing in it is proven yet.
pub(crate) struct CompactJws<'a> {
    header: Header,
    signing_input: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> CompactJws<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, VerifyError> {
        let Parts { signing_input, header, payload, signature } = Parts::split(token)?;
        Ok(Self { header: read_header(header)?, signing_input, payload, signature })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Verifies the signature with the key's own algorithm, and gives the payload.
    ///
    /// # Errors
    ///
    /// [`VerifyError::AlgorithmMismatch`] when the header names another algorithm than the key's.
    pub(crate) fn verify(&self, key: &VerifyingKey) -> Result<Vec<u8>, VerifyError> {
        if self.header.algorithm() != key.algorithm().name() {
            return Err(VerifyError::AlgorithmMismatch { key_algorithm: key.algorithm().name() });
        }
        if !key.verifies(self.signing_input.as_bytes(), &self.signature) {
            return Err(VerifyError::InvalidSignature);
        }
        decode("payload", self.payload)
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
        let (signing_input, signature) = token.rsplit_once('.').ok_or(VerifyError::NotThreeParts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(VerifyError::NotThreeParts)?;
        if payload.contains('.') {
            return Err(VerifyError::NotThreeParts);
        }
        Ok(Self { signing_input, header, payload, signature: decode("signature", signature)? })
    }

    pub(crate) fn header(&self) -> Result<Header, VerifyError> {
        read_header(self.header)
    }

    /// Signed by nobody, as far as this goes.
    pub(crate) fn payload(&self) -> Result<Vec<u8>, VerifyError> {
        decode("payload", self.payload)
    }
}

fn read_header(encoded: &str) -> Result<Header, VerifyError> {
    Header::parse(&decode("header", encoded)?)
}

/// Strict: no padding, no other alphabet, no white space, and the unused bits of the last character are zero.
fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| VerifyError::InvalidBase64 { part })
}

#[cfg(test)]
mod tests;

//! A second implementation of the verification, to compare the crate with.

use aws_lc_rs::hmac;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{NOW, ORIGIN};

pub(crate) type Object = Map<String, Value>;

type Verify = Box<dyn Fn(&[u8], &[u8]) -> bool + Send + Sync>;

/// A key that can have signed a token, and the header that the token needs for that.
pub(crate) struct TrustedKey {
    algorithm: &'static str,
    key_id: KeyId,
    verifies: Verify,
}

enum KeyId {
    /// A secret has no name; the token can name any.
    Any,
    /// The token has to name the key, unless it is the only one.
    This(String),
}

impl TrustedKey {
    pub(crate) fn secret(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let verifies: Verify = Box::new(move |message, tag| hmac::verify(&key, message, tag).is_ok());
        Self { algorithm: "HS256", key_id: KeyId::Any, verifies }
    }

    pub(crate) fn published(jwk: &Value) -> Self {
        let member = |name: &str| decoded(jwk[name].as_str().unwrap()).unwrap();
        let (algorithm, verifies) = match jwk["kty"].as_str().unwrap() {
            "OKP" => ("EdDSA", by_point(&ED25519, member("x"))),
            "RSA" => {
                let key = PublicKeyComponents { n: member("n"), e: member("e") };
                let by_modulus: Verify = Box::new(move |message, signature| {
                    key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
                });
                ("RS256", by_modulus)
            }
            _ => {
                let point = [vec![4], member("x"), member("y")].concat();
                match jwk["crv"].as_str().unwrap() {
                    "P-256" => ("ES256", by_point(&ECDSA_P256_SHA256_FIXED, point)),
                    _ => ("ES512", by_point(&ECDSA_P521_SHA512_FIXED, point)),
                }
            }
        };
        Self { algorithm, key_id: KeyId::This(jwk["kid"].as_str().unwrap().to_owned()), verifies }
    }

    fn may_have_signed(&self, header: &Object, is_alone: bool) -> bool {
        let is_named = match (&self.key_id, header.get("kid")) {
            (KeyId::Any, _) => true,
            (KeyId::This(_), None) => is_alone,
            (KeyId::This(id), Some(named)) => named == id,
        };
        let is_alias = |named: &Value| self.algorithm == "EdDSA" && named == "Ed25519";
        is_named && header.get("alg").is_some_and(|named| named == self.algorithm || is_alias(named))
    }
}

fn by_point(algorithm: &'static dyn VerificationAlgorithm, point: Vec<u8>) -> Verify {
    let key = UnparsedPublicKey::new(algorithm, point);
    Box::new(move |message, signature| key.verify(message, signature).is_ok())
}

/// The payload when one of the keys signed the token and its header is one of an access token.
pub(crate) fn signed_payload(token: &str, keys: &[TrustedKey]) -> Option<Vec<u8>> {
    let parts: Vec<_> = token.split('.').collect();
    let &[header, payload, signature] = parts.as_slice() else { return None };
    let (header, payload, signature) = (object(&decoded(header)?)?, decoded(payload)?, decoded(signature)?);
    let (signed, _) = token.rsplit_once('.')?;
    let is_signed = keys.iter().any(|key| {
        key.may_have_signed(&header, keys.len() == 1) && (key.verifies)(signed.as_bytes(), &signature)
    });
    (is_signed && is_of_access_token(&header)).then_some(payload)
}

fn is_of_access_token(header: &Object) -> bool {
    let is_rejected = ["crit", "zip", "enc", "b64", "cty"].iter().any(|name| header.contains_key(*name));
    let typ = header.get("typ").map(|typ| typ.as_str().map(str::to_lowercase));
    let is_typ = |typ: Option<String>| {
        typ.is_some_and(|typ| {
            ["jwt", "at+jwt", "application/jwt", "application/at+jwt"].contains(&typ.as_str())
        })
    };
    let is_kid = |kid: &Value| {
        kid.as_str().is_some_and(|kid| (1..=128).contains(&kid.len()) && !kid.chars().any(char::is_control))
    };
    !is_rejected && typ.is_none_or(is_typ) && header.get("kid").is_none_or(is_kid)
}

/// Whether the claims are those of a token that is good now; none for a user id outside ASCII, which the oracle does
/// not decide.
pub(crate) fn are_good(claims: &Object) -> Option<bool> {
    let begins = |name: &str| match claims.get(name) {
        None => true,
        Some(value) => seconds(value).is_some_and(|(_, ceil)| ceil <= NOW + 30),
    };
    let ends = claims.get("exp").and_then(seconds).is_some_and(|(exp, _)| {
        let issued = claims.get("iat").and_then(seconds);
        NOW < exp + 30 && exp <= NOW + 366 * 86_400 && issued.is_none_or(|(iat, _)| iat <= exp)
    });
    let audience = match claims.get("aud") {
        Some(Value::Array(audiences)) => {
            audiences.iter().all(Value::is_string) && audiences.iter().any(|audience| audience == ORIGIN)
        }
        audience => audience.is_some_and(|audience| audience == ORIGIN),
    };
    let issuer = claims.get("iss").is_some_and(|issuer| issuer == ORIGIN);
    let Some(Value::String(user)) = claims.get("sub") else { return Some(false) };
    let others = begins("nbf") && begins("iat") && ends && audience && issuer;
    match user.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Some(others && (1..=255).contains(&user.len())),
        false if others && (1..=255).contains(&user.len()) && !user.chars().any(char::is_control) => None,
        false => Some(false),
    }
}

/// The scopes and the roles of these claims.
pub(crate) fn grants(claims: &Object) -> (Vec<String>, Vec<String>) {
    let scopes = match claims.get("scope") {
        Some(scope) => texts(scope.as_str().map(Value::from).as_ref(), ' '),
        None => texts(claims.get("scp"), ' '),
    };
    (scopes, texts(claims.get("role"), ','))
}

fn texts(value: Option<&Value>, separator: char) -> Vec<String> {
    let mut texts: Vec<String> = match value {
        Some(Value::String(text)) => text.split(separator).map(str::to_owned).collect(),
        Some(list) => serde_json::from_value(list.clone()).unwrap_or_default(),
        None => Vec::new(),
    };
    texts.retain(|text| !text.is_empty());
    texts
}

/// A `NumericDate` without and with its broken second.
#[expect(clippy::cast_possible_truncation, reason = "below 2^53 by the line before")]
fn seconds(value: &Value) -> Option<(i128, i128)> {
    if let Some(seconds) = value.as_i64() {
        return Some((seconds.into(), seconds.into()));
    }
    let seconds = value.as_f64().filter(|seconds| seconds.abs() < 9_007_199_254_740_992.0)?;
    Some((seconds.floor() as i128, seconds.ceil() as i128))
}

pub(crate) fn object(bytes: &[u8]) -> Option<Object> {
    serde_json::from_slice(bytes).ok()
}

/// None unless the text is the one spelling of its bytes.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| URL_SAFE_NO_PAD.encode(bytes) == text)
}

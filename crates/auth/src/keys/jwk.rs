//! One entry of a key set (RFC 7517 §4): whether it is a key that can be used, and for which algorithm.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::verifying_key::VerifyingKey;
use crate::token::{Algorithm, is_key_id};

type Members = Map<String, Value>;

/// A usable key and its name.
pub(super) struct Jwk {
    pub(super) key_id: Option<String>,
    pub(super) key: VerifyingKey,
}

/// The private members of RFC 7518 §6.2.2, §6.3.2 and §6.4.1, and of RFC 8037 §2.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Whether the entry publishes the private half of a key pair, so that anyone can sign with it. Some libraries write
/// members that they do not have as null or as empty, which publishes nothing.
pub(super) fn is_leaked(entry: &Value) -> bool {
    let has = |name: &&str| match entry.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(values)) => !values.is_empty(),
        Some(_) => true,
    };
    entry.get("kty").is_none_or(|kty| kty != "oct") && PRIVATE.iter().any(has)
}

/// The member that no two public keys share: the modulus of RSA, a coordinate otherwise.
pub(super) fn public_value(entry: &Value) -> Option<&str> {
    let name = if entry.get("kty").is_some_and(|kty| kty == "RSA") { "n" } else { "x" };
    entry.get(name)?.as_str()
}

impl Jwk {
    /// # Errors
    ///
    /// The reason why the entry cannot be used, without any of its values.
    pub(super) fn parse(entry: &Value) -> Result<Self, &'static str> {
        let members = entry.as_object().ok_or("it is not an object")?;
        let key_id = match members.get("kid") {
            None => None,
            Some(Value::String(id)) if is_key_id(id) => Some(id.clone()),
            Some(_) => return Err("its kid is not a string of 1 to 128 bytes without control characters"),
        };
        check_purpose(members)?;
        let key = match text(members, "kty") {
            Some("OKP") => ed25519(members),
            Some("EC") => elliptic(members),
            Some("RSA") => rsa(members),
            Some("oct") => Err("it is a secret, which a published set must not contain"),
            _ => Err("its kty is not supported"),
        }?;
        Ok(Self { key_id, key })
    }
}

/// RFC 7517 §4.2 and §4.3: a key for encryption, or for signing only, verifies nothing.
fn check_purpose(members: &Members) -> Result<(), &'static str> {
    if members.get("use").is_some_and(|purpose| purpose != "sig") {
        return Err("its use is not sig");
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(|operation| operation == "verify") => Ok(()),
        Some(_) => Err("its key_ops do not contain verify"),
    }
}

/// The algorithm of the entry: `alg` when it is one of those that the key can be for, the first of them without it.
fn algorithm(members: &Members, possible: &[Algorithm]) -> Result<Algorithm, &'static str> {
    let stated = match members.get("alg") {
        None => possible.first().copied(),
        Some(name) => name.as_str().and_then(Algorithm::named).filter(|named| possible.contains(named)),
    };
    stated.ok_or("its alg is not supported or contradicts its kty")
}

/// RFC 8037 §2.
fn ed25519(members: &Members) -> Result<VerifyingKey, &'static str> {
    if text(members, "crv") != Some("Ed25519") {
        return Err("its crv is not Ed25519");
    }
    algorithm(members, &[Algorithm::EdDsa])?;
    let x: [u8; 32] = bytes(members, "x")?.try_into().map_err(|_| "its x does not have 32 bytes")?;
    if is_low_order(x) {
        return Err("its point has a low order");
    }
    VerifyingKey::from_ed25519(&x).ok_or("its x is not a point")
}

/// RFC 7518 §6.2.1; each coordinate has the full length of its curve.
fn elliptic(members: &Members) -> Result<VerifyingKey, &'static str> {
    let (own_algorithm, length) = match text(members, "crv") {
        Some("P-256") => (Algorithm::Es256, 32),
        Some("P-384") => (Algorithm::Es384, 48),
        Some("P-521") => (Algorithm::Es512, 66),
        _ => return Err("its crv is not P-256, P-384 or P-521"),
    };
    algorithm(members, &[own_algorithm])?;
    let (x, y) = (bytes(members, "x")?, bytes(members, "y")?);
    if x.len() != length || y.len() != length {
        return Err("its x or y does not have the length of its curve");
    }
    let point = [&[0x04], x.as_slice(), y.as_slice()].concat();
    let key = match own_algorithm {
        Algorithm::Es256 => VerifyingKey::from_p256(&point),
        Algorithm::Es384 => VerifyingKey::from_p384(&point),
        _ => VerifyingKey::from_p521(&point),
    };
    key.ok_or("its point is not on the curve")
}

/// The algorithms of an RSA key, the one of a key without `alg` first.
const RSA: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

/// RFC 7518 §6.3.1; without `alg` a key is for RS256 alone, since one key must not serve two paddings.
fn rsa(members: &Members) -> Result<VerifyingKey, &'static str> {
    let algorithm = algorithm(members, &RSA)?;
    let (n, e) = (bytes(members, "n")?, bytes(members, "e")?);
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if n.first() == Some(&0) || e.first() == Some(&0) {
        return Err("its n or e starts with a zero byte");
    }
    if !(2048..=8192).contains(&bits) {
        return Err("its modulus does not have 2048 to 8192 bits");
    }
    // The library verifies with exponents of at most 33 bits; every real one is 65537 or 3.
    let exponent =
        e.iter().try_fold(0_u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
    if !exponent.is_some_and(|exponent| exponent >= 3 && exponent % 2 == 1 && exponent < 1 << 33) {
        return Err("its exponent is weak or not supported");
    }
    VerifyingKey::from_rsa(algorithm, &n, &e).ok_or("its n and e are not a key")
}

/// Whether `x` encodes one of the eight points that give the same result with any multiple of the cofactor, for which
/// signatures can be made without a private key. The bytes are the y coordinate, little-endian; the sign bit is left
/// out. The list is the one of libsodium's `ge25519_has_small_order`: 0, 1, two points of order 8, p - 1, p and p + 1.
fn is_low_order(mut x: [u8; 32]) -> bool {
    const ORDER_8: [&str; 2] =
        ["JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU", "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"];
    x[31] &= 0x7f;
    let middle_is = |byte: u8| x[1..31].iter().all(|other| *other == byte);
    let is_near_zero = x[0] <= 1 && middle_is(0) && x[31] == 0;
    let is_near_p = (0xec..=0xee).contains(&x[0]) && middle_is(0xff) && x[31] == 0x7f;
    is_near_zero || is_near_p || ORDER_8.iter().any(|point| URL_SAFE_NO_PAD.encode(x) == *point)
}

fn text<'a>(members: &'a Members, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

fn bytes(members: &Members, name: &str) -> Result<Vec<u8>, &'static str> {
    let encoded = text(members, name).ok_or("a member of its kty is missing or not a string")?;
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| "a member of its kty is not base64url without padding")
}

#[cfg(test)]
mod tests;

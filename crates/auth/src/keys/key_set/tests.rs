use std::slice;

use serde_json::json;

use super::*;
use crate::support::{SigningKey, key_set};

fn parse(entries: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::parse(key_set(entries).as_bytes(), &mut LeakedKeys::default())
}

fn finds(set: &KeySet, key_id: Option<&str>) -> &'static str {
    match set.look_up(key_id, Algorithm::EdDsa) {
        Lookup::Found(key) => key.algorithm().name(),
        Lookup::Unknown => "unknown",
        Lookup::Ambiguous => "ambiguous",
    }
}

#[test]
fn finds_keys_by_their_exact_names() {
    let set = parse(&[SigningKey::ed25519().jwk("ed1"), SigningKey::p256().jwk("es1")]).ok().unwrap();
    assert_eq!(finds(&set, Some("ed1")), "EdDSA");
    assert_eq!(finds(&set, Some("es1")), "ES256");
    for other in ["ED1", "ed1 ", "ed１", "", "../../dev/null", "x' UNION SELECT 'key'--"] {
        assert_eq!(finds(&set, Some(other)), "unknown", "{other}");
    }
}

#[test]
fn a_token_that_names_no_key_finds_the_key_of_a_set_of_one_only() {
    let (one, other) = (SigningKey::ed25519().jwk("ed1"), SigningKey::p256().jwk("es1"));
    assert_eq!(finds(&parse(slice::from_ref(&one)).ok().unwrap(), None), "EdDSA");
    assert_eq!(finds(&parse(&[one.clone(), other]).ok().unwrap(), None), "ambiguous");
    let mut nameless = one.clone();
    nameless.as_object_mut().unwrap().remove("kid");
    let set = parse(slice::from_ref(&nameless)).ok().unwrap();
    assert_eq!((finds(&set, None), finds(&set, Some("ed1"))), ("EdDSA", "unknown"));
    assert_eq!(finds(&parse(&[nameless, one]).ok().unwrap(), None), "ambiguous");
}

#[test]
fn the_keys_of_a_name_are_found_by_algorithm() {
    let set =
        parse(&SigningKey::published().iter().map(|key| key.jwk("k")).collect::<Vec<_>>()).ok().unwrap();
    assert_eq!((set.len(), finds(&set, None)), (10, "ambiguous"));
    for algorithm in [Algorithm::EdDsa, Algorithm::Es512, Algorithm::Rs256, Algorithm::Ps256] {
        let Lookup::Found(key) = set.look_up(Some("k"), algorithm) else { panic!("{algorithm:?}") };
        assert_eq!(key.algorithm(), algorithm);
    }
    let rsa = parse(&[SigningKey::rs256().jwk("k")]).ok().unwrap();
    assert_eq!(finds(&rsa, Some("k")), "RS256", "the mismatch is the key's to report");
}

#[test]
fn equal_entries_are_one_key() {
    let one = SigningKey::ed25519().jwk("ed1");
    let set = parse(&[one.clone(), one.clone(), one]).ok().unwrap();
    assert_eq!((set.len(), finds(&set, Some("ed1")), finds(&set, None)), (1, "EdDSA", "EdDSA"));
}

#[test]
fn one_bad_entry_among_good_ones_costs_nothing_but_itself() {
    let entries = [
        json!({ "kty": "OKP", "kid": 42 }),
        json!(null),
        SigningKey::hs256([7; 32]).jwk("oct1"),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "pq", "pub": "AA" }),
        SigningKey::ed25519().jwk("ed1"),
    ];
    let set = parse(&entries).ok().unwrap();
    assert_eq!(set.len(), 1);
    assert_eq!(finds(&set, Some("ed1")), "EdDSA");
    assert_eq!(finds(&set, Some("oct1")), "unknown");
}

#[test]
fn a_body_without_a_usable_key_is_no_key_set() {
    let deep = "[".repeat(100_000);
    for body in
        ["", "{}", "[]", "null", "<html></html>", r#"{"keys":{}}"#, r#"{"keys":null}"#, "{\"keys\":[", &deep]
    {
        assert_eq!(
            KeySet::parse(body.as_bytes(), &mut LeakedKeys::default()).err(),
            Some(KeySetError::NotAKeySet),
            "{body:.20}"
        );
    }
    assert_eq!(
        KeySet::parse(b"\x1f\x8b\x08\x00", &mut LeakedKeys::default()).err(),
        Some(KeySetError::NotAKeySet)
    );
    assert_eq!(parse(&[]).err(), Some(KeySetError::NoUsableKey));
    assert_eq!(parse(&[SigningKey::hs256([7; 32]).jwk("oct1")]).err(), Some(KeySetError::NoUsableKey));
}

use serde_json::json;

use super::*;
use crate::support::SigningKey;

/// The reason why an entry is dropped, after a change to it; none when it is used.
fn reason(entry: &Value, change: impl FnOnce(&mut Members)) -> Option<&'static str> {
    let mut entry = entry.clone();
    change(entry.as_object_mut().unwrap());
    Jwk::parse(&entry).err()
}

fn set(name: &str, value: Value) -> impl FnOnce(&mut Members) {
    move |members| drop(members.insert(name.to_owned(), value))
}

fn encode(bytes: impl AsRef<[u8]>) -> Value {
    json!(URL_SAFE_NO_PAD.encode(bytes))
}

#[test]
fn uses_the_keys_that_better_auth_publishes() {
    for key in [SigningKey::ed25519(), SigningKey::p256(), SigningKey::rs256(), SigningKey::ps256()] {
        let jwk = Jwk::parse(&key.jwk("k1")).ok().unwrap();
        assert_eq!(jwk.key.algorithm().name(), key.algorithm());
        assert_eq!(jwk.key_id.as_deref(), Some("k1"));
        assert!(!is_leaked(&key.jwk("k1")));
    }
}

#[test]
fn derives_a_missing_algorithm_from_type_and_curve() {
    for (key, algorithm) in
        [(SigningKey::ed25519(), "EdDSA"), (SigningKey::p256(), "ES256"), (SigningKey::ps256(), "RS256")]
    {
        let mut entry = key.jwk("k1");
        entry.as_object_mut().unwrap().remove("alg");
        assert_eq!(Jwk::parse(&entry).ok().unwrap().key.algorithm().name(), algorithm);
    }
}

#[test]
fn drops_an_algorithm_that_contradicts_the_type_or_curve() {
    let (ed25519, p256, rsa) =
        (SigningKey::ed25519().jwk("k"), SigningKey::p256().jwk("k"), SigningKey::rs256().jwk("k"));
    for (entry, algorithm) in [
        (&ed25519, json!("ES256")),
        (&ed25519, json!("Ed448")),
        (&ed25519, json!("HS256")),
        (&ed25519, Value::Null),
        (&p256, json!("ES384")),
        (&p256, json!("RS256")),
        (&rsa, json!("HS384")),
        (&rsa, json!("RSA-OAEP")),
        (&rsa, json!(5)),
    ] {
        let expected = Some("its alg is not supported or contradicts its kty");
        assert_eq!(reason(entry, set("alg", algorithm.clone())), expected, "{algorithm}");
    }
}

#[test]
fn drops_secrets_unknown_types_and_invalid_entries() {
    let secret = SigningKey::hs256("0123456789abcdef0123456789abcdef").jwk("k");
    let post_quantum = json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "pq", "pub": "AA" });
    for entry in [
        secret,
        post_quantum,
        json!({ "kty": "OKP", "kid": 42 }),
        json!({}),
        json!([]),
        json!("k"),
        json!(null),
    ] {
        assert!(Jwk::parse(&entry).is_err(), "{entry}");
    }
}

#[test]
fn drops_keys_for_another_purpose() {
    let entry = SigningKey::ed25519().jwk("k");
    for (name, value) in [
        ("use", json!("enc")),
        ("use", json!(1)),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
    ] {
        assert!(reason(&entry, set(name, value.clone())).is_some(), "{name} {value}");
    }
    assert_eq!(reason(&entry, set("use", json!("sig"))), None);
    assert_eq!(reason(&entry, set("key_ops", json!(["verify", "sign"]))), None);
}

#[test]
fn drops_names_that_no_token_may_have() {
    let entry = SigningKey::ed25519().jwk("k");
    for id in [json!(""), json!("a\n"), json!(1), Value::Null, json!("k".repeat(129))] {
        assert!(reason(&entry, set("kid", id.clone())).is_some(), "{id}");
    }
}

#[test]
fn drops_other_curves() {
    for curve in ["X25519", "Ed448", "P-256", ""] {
        assert!(reason(&SigningKey::ed25519().jwk("k"), set("crv", json!(curve))).is_some(), "{curve}");
    }
    for curve in ["P-384", "P-521", "secp256k1", "Ed25519"] {
        assert!(reason(&SigningKey::p256().jwk("k"), set("crv", json!(curve))).is_some(), "{curve}");
    }
}

#[test]
fn drops_every_encoding_of_a_point_of_low_order() {
    let prime = |low: u8| {
        let mut point = [0xff_u8; 32];
        (point[0], point[31]) = (low, 0x7f);
        point
    };
    let mut one = [0; 32];
    one[0] = 1;
    let order_8 =
        ["JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU", "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"]
            .map(|point| URL_SAFE_NO_PAD.decode(point).unwrap().try_into().unwrap());
    let points: [[u8; 32]; 7] = [[0; 32], one, order_8[0], order_8[1], prime(0xec), prime(0xed), prime(0xee)];
    let entry = SigningKey::ed25519().jwk("k");
    for mut point in points {
        assert_eq!(reason(&entry, set("x", encode(point))), Some("its point has a low order"), "{point:?}");
        point[31] |= 0x80;
        assert_eq!(reason(&entry, set("x", encode(point))), Some("its point has a low order"), "{point:?}");
    }
}

#[test]
fn drops_points_of_another_length_and_off_the_curve() {
    let entry = SigningKey::ed25519().jwk("k");
    for x in [encode([7; 31]), encode([7; 33]), json!("AA="), json!(""), json!(7)] {
        assert!(reason(&entry, set("x", x.clone())).is_some(), "{x}");
    }
    let entry = SigningKey::p256().jwk("k");
    for y in [encode([0; 32]), encode([7; 31]), encode([0xff; 32]), json!("+/"), Value::Null] {
        assert!(reason(&entry, set("y", y.clone())).is_some(), "{y}");
    }
}

#[test]
fn drops_rsa_keys_that_are_short_huge_or_weak() {
    let entry = SigningKey::rs256().jwk("k");
    let modulus = |bytes: usize, first: u8| {
        let mut n = vec![0xff; bytes];
        n[0] = first;
        encode(n)
    };
    for (n, is_used) in [
        (modulus(128, 0xff), false),
        (modulus(256, 0x7f), false),
        (modulus(256, 0x80), true),
        (modulus(1024, 0xff), true),
        (modulus(1025, 0x01), false),
        (modulus(2048, 0xff), false),
        (modulus(257, 0x00), false),
        (encode([]), false),
    ] {
        assert_eq!(reason(&entry, set("n", n.clone())).is_none(), is_used, "{n}");
    }
    for (e, is_used) in [
        (&[1, 0, 1][..], true),
        (&[3], true),
        (&[1], false),
        (&[2], false),
        (&[1, 0, 0], false),
        (&[], false),
        (&[0, 1, 0, 1], false),
        (&[2, 0, 0, 0, 1], false),
        (&[0xff; 9], false),
    ] {
        assert_eq!(reason(&entry, set("e", encode(e))).is_none(), is_used, "{e:?}");
    }
}

#[test]
fn every_private_member_makes_an_entry_a_leaked_one() {
    for key in SigningKey::published() {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let mut entry = key.jwk("k");
            for (value, expected) in [
                (json!("AAAA"), true),
                (json!([{ "r": "AAAA" }]), true),
                (json!(5), true),
                (json!(""), false),
                (json!([]), false),
                (Value::Null, false),
            ] {
                entry[name] = value;
                assert_eq!(is_leaked(&entry), expected, "{entry}");
            }
        }
    }
    assert!(!is_leaked(&SigningKey::hs256([7; 32]).jwk("k")), "a secret is dropped as such");
    assert!(!is_leaked(&json!("d")) && is_leaked(&json!({ "d": "AAAA" })));
}

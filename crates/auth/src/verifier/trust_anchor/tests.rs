use super::*;
use crate::claims::Facts;

const CAPACITY: u64 = 64 << 10;

fn accepted(payload_bytes: usize) -> Accepted {
    let facts = Facts {
        user_id: "user-a".to_owned(),
        email: None,
        name: None,
        issuer: None,
        audiences: Vec::new(),
        token_id: None,
        key_id: None,
        algorithm: "HS256",
        scopes: Vec::new(),
        roles: Vec::new(),
        issued_at_unix: None,
        expires_at_unix: 100,
        valid_until_unix: 100,
        payload: vec![b' '; payload_bytes].into(),
    };
    Accepted { identity: Identity::verified(facts), valid_until: 100 }
}

fn fingerprint(number: usize) -> Fingerprint {
    RawToken::new(&number.to_string(), 100).ok().unwrap().fingerprint()
}

#[test]
fn many_tokens_fill_the_capacity_and_keep_the_latest() {
    let cache = TokenCache::new(CacheOptions { max_bytes: CAPACITY, ..CacheOptions::default() });
    let weight = || cache.entries.as_ref().unwrap().weight();
    for number in 0..10_000 {
        cache.insert(fingerprint(number), &accepted(400), 0);
        assert!(weight() <= CAPACITY);
    }
    assert!(weight() > CAPACITY / 2, "the capacity is used");
    assert!(cache.get(fingerprint(9_999), 0).is_some());
    let cached = (0..10_000).filter(|number| cache.get(fingerprint(*number), 0).is_some()).count();
    assert!((40..200).contains(&cached), "{cached}");
}

#[test]
fn a_token_larger_than_the_capacity_is_not_cached() {
    let cache = TokenCache::new(CacheOptions { max_bytes: CAPACITY, ..CacheOptions::default() });
    cache.insert(fingerprint(1), &accepted(65_536), 0);
    assert!(cache.get(fingerprint(1), 0).is_none());
}

#[test]
fn fingerprints_are_equal_for_equal_tokens_only() {
    let of = |text| RawToken::new(text, 100).ok().unwrap().fingerprint();
    assert!(of("a.b.c") == of("a.b.c"));
    for other in ["a.b.d", "a.b.c ", "A.b.c", "a.b.", ""] {
        assert!(of(other) != of("a.b.c"), "{other:?}");
    }
}

#[test]
fn a_token_beyond_the_limit_is_rejected() {
    assert!(RawToken::new("12345", 5).is_ok());
    let error = RawToken::new("123456", 5).err();
    assert_eq!(error, Some(VerifyError::TooLong { limit_bytes: 5 }));
}

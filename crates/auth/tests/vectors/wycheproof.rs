//! Project Wycheproof's `json_web_signature` set (<https://github.com/C2SP/wycheproof>, Apache-2.0), in the copy of the
//! package `wycheproof-ng-kdf-jose`. Outcomes are those that the set demands, except where a list below gives the
//! reason.

use std::collections::BTreeMap;

use serde_json::Value;
use wycheproof_ng_kdf_jose::json_web::{TestGroup, TestName, TestSet};

use crate::published::Published;
use crate::{NO_USABLE_KEY, decode, published_set, verdict, with};

/// A test that the set calls valid and that is rejected here.
struct Rejected {
    id: usize,
    reason: &'static str,
    why: &'static str,
}

const ANOTHER_ALGORITHM: &str =
    "the key has PS256 and the token PS384; a key is for the algorithm that it names";
const NO_SUCH_ALGORITHM: &str = "the key's alg is \"ES521\", which does not exist; the RFC's key has none";
const QUESTION_MARK: &str = "the base64url contains a `?`, where RFC 7515 section 2 allows none";

const REJECTED: [Rejected; 6] = [
    Rejected { id: 346, reason: "algorithm_mismatch", why: ANOTHER_ALGORITHM },
    Rejected { id: 347, reason: NO_USABLE_KEY, why: NO_SUCH_ALGORITHM },
    Rejected { id: 350, reason: "algorithm_mismatch", why: ANOTHER_ALGORITHM },
    Rejected { id: 351, reason: NO_USABLE_KEY, why: NO_SUCH_ALGORITHM },
    Rejected { id: 372, reason: "invalid_base64", why: QUESTION_MARK },
    Rejected { id: 373, reason: "invalid_signature", why: QUESTION_MARK },
];

/// Tests that the set calls invalid for their padding, of which their tokens have none: byte for byte, each is the
/// token of test 357 under the same key, which is valid. No verifier can satisfy both.
const SAME_AS_357: [usize; 2] = [367, 370];

/// One test, with its key.
struct Case {
    id: usize,
    comment: String,
    is_valid: bool,
    jwk: Value,
    token: String,
}

impl Case {
    fn verdict(&self) -> Result<Vec<u8>, &'static str> {
        verdict(&self.jwk, &self.token)
    }

    /// A token's second part; the set names no payloads.
    fn payload(&self) -> Vec<u8> {
        decode(self.token.split('.').nth(1).unwrap())
    }

    fn demanded(&self) -> Demand {
        match REJECTED.iter().find(|rejected| rejected.id == self.id) {
            Some(rejected) => Demand::RejectedBecause(rejected),
            None if self.is_valid || SAME_AS_357.contains(&self.id) => Demand::Accepted,
            None => Demand::Rejected,
        }
    }
}

enum Demand {
    Accepted,
    Rejected,
    RejectedBecause(&'static Rejected),
}

fn groups() -> Vec<TestGroup> {
    TestSet::load(TestName::JsonWebSignature).unwrap().test_groups
}

/// The public key of a group, or its secret.
fn key(group: &TestGroup) -> Value {
    group.public_key.clone().or_else(|| group.private_key.clone()).unwrap()
}

fn cases() -> Vec<Case> {
    let of_group = |group: TestGroup| {
        let jwk = key(&group);
        group.tests.into_iter().map(move |test| Case {
            id: test.tc_id,
            is_valid: !test.result.must_fail(),
            comment: test.comment,
            jwk: jwk.clone(),
            token: test.jws.unwrap().as_str().unwrap().to_owned(),
        })
    };
    groups().into_iter().flat_map(of_group).collect()
}

fn case(id: usize) -> Case {
    cases().into_iter().find(|case| case.id == id).unwrap()
}

#[test]
fn every_test_has_its_expected_or_listed_outcome() {
    let cases = cases();
    assert_eq!(cases.len(), 401);
    assert_eq!(cases.iter().filter(|case| case.is_valid).count(), 46);
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &cases {
        let (id, comment, outcome) = (case.id, &case.comment, case.verdict());
        match case.demanded() {
            Demand::Accepted => assert_eq!(outcome, Ok(case.payload()), "{id} {comment}"),
            Demand::Rejected => assert!(outcome.is_err(), "{id} {comment}: accepted"),
            Demand::RejectedBecause(Rejected { reason, why, .. }) => {
                assert!(case.is_valid, "{id} {comment}: needs no exception");
                assert_eq!(outcome, Err(*reason), "{id} {comment}: {why}");
            }
        }
        *outcomes.entry(outcome.err().unwrap_or("accepted")).or_default() += 1;
    }
    let expected = [
        ("accepted", 42),
        ("algorithm_mismatch", 7),
        ("invalid_base64", 12),
        ("invalid_json", 6),
        ("invalid_signature", 302),
        (NO_USABLE_KEY, 6),
        ("not_three_parts", 18),
        ("unknown_key", 2),
        ("unsupported_algorithm", 6),
    ];
    assert_eq!(outcomes, BTreeMap::from(expected));
}

/// The set's tests of RFC 7520, and its shortest payloads, which a verifier might take for missing ones.
#[test]
fn the_payloads_are_the_ones_that_the_tests_are_named_for() {
    let rfc = Published::read(include_str!("data/rfc7520.json"));
    let mut named = 0;
    for case in cases().iter().filter(|case| matches!(case.demanded(), Demand::Accepted)) {
        let expected = match case.comment.as_str() {
            "emptyPayload" => Vec::new(),
            "oneBytePayload" => b"a".to_vec(),
            "allZeroPayload" => vec![0; 20],
            figure if figure.starts_with("Figure") => rfc.section("4.1").payload.clone().into_bytes(),
            _ => continue,
        };
        assert_eq!(case.verdict(), Ok(expected), "{} {}", case.id, case.comment);
        named += 1;
    }
    assert_eq!(named, 22);
}

#[test]
fn accepted_invalid_tests_equal_the_valid_test_357() {
    let valid = case(357);
    assert!(valid.is_valid);
    for case in SAME_AS_357.map(case) {
        assert!(!case.is_valid, "{}: needs no exception", case.id);
        assert_eq!((&case.token, &case.jwk), (&valid.token, &valid.jwk), "{}", case.id);
    }
}

#[test]
fn rejected_valid_tests_have_the_listed_reason() {
    for Rejected { id, why, .. } in &REJECTED {
        let Case { jwk, token, .. } = case(*id);
        let outcome = match *why {
            ANOTHER_ALGORITHM => verdict(&with(&jwk, "alg", "PS384"), &token),
            NO_SUCH_ALGORITHM => verdict(&with(&jwk, "alg", "ES512"), &token),
            _ => verdict(&jwk, &token.replace('?', "")),
        };
        assert!(outcome.is_ok(), "{id}: {outcome:?}");
    }
}

/// `use` and `key_ops` for encryption; the signatures themselves are good.
#[test]
fn encryption_keys_are_rejected_for_their_purpose() {
    for id in 353..=356 {
        let Case { mut jwk, token, .. } = case(id);
        assert_eq!(verdict(&jwk, &token), Err(NO_USABLE_KEY), "{id}");
        let members = jwk.as_object_mut().unwrap();
        members.remove("use").or_else(|| members.remove("key_ops")).unwrap();
        assert_eq!(verdict(&jwk, &token).as_deref(), Ok(b"foo".as_slice()), "{id}");
    }
}

#[test]
fn a_secret_is_never_taken_from_a_published_set() {
    let secrets: Vec<_> = groups().iter().map(key).filter(|jwk| jwk["kty"] == "oct").collect();
    assert_eq!(secrets.len(), 4);
    for jwk in secrets {
        assert!(published_set(&jwk).is_none(), "{jwk}");
    }
}

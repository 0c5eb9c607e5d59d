use proptest::prelude::*;

use super::*;

fn key(text: &str) -> OrderKey {
    OrderKey::parse(text).unwrap()
}

fn revision(number: i64) -> Revision {
    Revision::new(number)
}

#[test]
fn keys_are_letters_and_digits() {
    for text in ["0", "A", "zZ9", &"x".repeat(64)] {
        assert_eq!(key(text).as_str(), text);
    }
    for text in ["", " ", "a b", "a-b", "ä", "٣", "a\0", &"x".repeat(65)] {
        assert_eq!(OrderKey::parse(text), None, "{text:?}");
    }
}

#[test]
fn classes_have_a_fixed_form() {
    assert_eq!(OrderKey::first(revision(1)).as_str(), "AfFgnDxSe6");
    assert_eq!(OrderKey::last(revision(1)).as_str(), "C000000001");
    let at = Timestamp::parse("2026-11-28T00:00:00Z").unwrap();
    let id = Uuid::parse_str("019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11").unwrap();
    let derived = OrderKey::derived(at, id);
    assert_eq!(derived.as_str(), "B0e4d5b2ac3ffffe655b3f92e183cc62f5c595a0c084ee");
    let earliest = OrderKey::derived(Timestamp::from_unix_millis(-377_705_116_800_000).unwrap(), Uuid::max());
    assert_eq!(earliest.as_str().len(), derived.as_str().len());
}

#[test]
fn keys_between_are_the_shortest() {
    let between = |low: &str, high: &str| key(low).between(&key(high)).map(|key| key.to_string());
    for (low, high, middle) in [
        ("A", "C", "B"),
        ("A000000001", "A000000003", "A000000002"),
        ("A000000001", "A000000002", "A000000001V"),
        ("Az", "B1", "B"),
        ("Azz", "B", "AzzV"),
        ("A1", "A11", "A10V"),
        ("A1", "A1001", "A1000V"),
    ] {
        assert_eq!(between(low, high).as_deref(), Some(middle), "{low} {high}");
    }
    for (low, high) in [("A", "A"), ("B", "A"), ("A1", "A10"), ("A", "A000")] {
        assert_eq!(between(low, high), None, "{low} {high}");
    }
    let longest = "z".repeat(64);
    assert_eq!(between(&longest, &format!("{}y", "z".repeat(63))), None);
    assert_eq!(between(&longest[..63], &longest).map(|key| key.len()), Some(64));
}

#[test]
fn many_keys_fit_between_two_moves() {
    let (low, high) = (OrderKey::first(revision(8)), OrderKey::first(revision(7)));
    assert_eq!(low.between(&high).map(|key| key.as_str().len()), Some(11));
    let keys = low.spread(&high, 10_000).unwrap();
    assert_eq!(keys.len(), 10_000);
    assert!(keys.is_sorted_by(|one, next| one < next) && low < keys[0] && keys[9_999] < high);
    assert!(keys.iter().all(|key| key.as_str().len() <= 14));
    assert_eq!(low.spread(&low, 1), None);
}

fn text() -> impl Strategy<Value = String> {
    // Few digits, so that common prefixes and zeros are frequent.
    "[01zAB]{1,6}|[0-9A-Za-z]{1,64}"
}

/// Whether a key of this length, without a trailing `0`, is between two others: compared as fractions.
fn has_key_of_length(low: &str, high: &str, length: usize) -> bool {
    let digits = |text: &str| -> Vec<u8> { (0..70).map(|place| digit(text.as_bytes(), place)).collect() };
    let mut next = digits(low);
    next.truncate(length);
    for place in next.iter_mut().rev() {
        *place = (*place + 1) % 62;
        if *place != 0 {
            break;
        }
    }
    next.resize(70, 0);
    next.iter().any(|digit| *digit != 0) && next < digits(high)
}

proptest! {
    #[test]
    fn keys_between_keep_the_order((one, other) in (text(), text())) {
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        match key(&low).between(&key(&high)) {
            Some(middle) => {
                prop_assert!(key(&low) < middle && middle < key(&high));
                prop_assert!(OrderKey::parse(middle.as_str()).is_some() && !middle.as_str().ends_with('0'));
                for length in 1..middle.as_str().len() {
                    prop_assert!(!has_key_of_length(&low, &high, length), "shorter: {length}");
                }
            }
            None => prop_assert!(!(1..=64).any(|length| has_key_of_length(&low, &high, length))),
        }
    }

    #[test]
    fn classes_are_ordered(one in 1..1_i64 << 53, other in 1..1_i64 << 53, millis in 0..LAST_MILLISECOND, id: u128) {
        let [first_of_one, first_of_other] = [one, other].map(|number| OrderKey::first(revision(number)));
        let [last_of_one, last_of_other] = [one, other].map(|number| OrderKey::last(revision(number)));
        prop_assert_eq!(first_of_one.cmp(&first_of_other), other.cmp(&one));
        prop_assert_eq!(last_of_one.cmp(&last_of_other), one.cmp(&other));
        let derived = OrderKey::derived(Timestamp::from_unix_millis(millis).unwrap(), Uuid::from_u128(id));
        prop_assert!(first_of_one < derived && derived < last_of_one);
        prop_assert!([&first_of_one, &derived, &last_of_one].iter().all(|key| OrderKey::parse(key.as_str()).is_some()));
    }

    #[test]
    fn derived_keys_are_in_the_order_of_creation(one in (0..9_i64, any::<u128>()), other in (0..9_i64, any::<u128>())) {
        let of = |(millis, id)| OrderKey::derived(Timestamp::from_unix_millis(millis).unwrap(), Uuid::from_u128(id));
        prop_assert_eq!(of(one).cmp(&of(other)), other.cmp(&one));
    }

    #[test]
    fn spread_keys_are_between(one in text(), other in text(), number in 0..200_usize) {
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        if let Some(keys) = key(&low).spread(&key(&high), number) {
            prop_assert_eq!(keys.len(), number);
            let all: Vec<OrderKey> = [vec![key(&low)], keys, vec![key(&high)]].concat();
            prop_assert!(low == high || all.is_sorted_by(|one, next| one < next));
        }
    }
}

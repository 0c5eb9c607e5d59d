//! How much room the memory takes.

use super::*;
use crate::claims::Facts;
use crate::verifier::PresentedToken;

const ROOM: u64 = 64 << 10;

fn accepted(payload_bytes: usize) -> Accepted {
    let facts = Facts {
        user_id: "user-a".to_owned(),
        email: None,
        name: None,
        issuer: None,
        expires_at_unix: 100,
        payload: vec![b' '; payload_bytes].into(),
    };
    Accepted { identity: Identity::proven(facts), valid_until: 100 }
}

fn fingerprint(number: usize) -> Fingerprint {
    PresentedToken::new(&number.to_string(), 100).ok().unwrap().fingerprint()
}

#[test]
fn many_tokens_take_no_more_than_their_room_and_the_latest_are_there() {
    let memory = TokenMemory::new(MemoryOptions { max_bytes: ROOM, ..MemoryOptions::default() });
    let weight = || memory.tokens.as_ref().unwrap().weight();
    for number in 0..10_000 {
        memory.remember(fingerprint(number), &accepted(400), 0);
        assert!(weight() <= ROOM);
    }
    assert!(weight() > ROOM / 2, "the room is used");
    assert!(memory.recall(fingerprint(9_999), 0).is_some());
    let remembered = (0..10_000).filter(|number| memory.recall(fingerprint(*number), 0).is_some()).count();
    assert!((40..200).contains(&remembered), "{remembered}");
}

#[test]
fn a_token_that_needs_more_than_all_the_room_is_not_remembered() {
    let memory = TokenMemory::new(MemoryOptions { max_bytes: ROOM, ..MemoryOptions::default() });
    memory.remember(fingerprint(1), &accepted(65_536), 0);
    assert!(memory.recall(fingerprint(1), 0).is_none());
}

#[test]
fn refuses_a_memory_without_end() {
    let ok = MemoryOptions::default();
    assert!(ok.validated().is_ok() && MemoryOptions::off().validated().is_ok());
    for (name, options) in [
        ("memory.max_bytes", MemoryOptions { max_bytes: GIB + 1, ..ok }),
        ("memory.max_age", MemoryOptions { max_age: Duration::from_millis(999), ..ok }),
        ("memory.max_age", MemoryOptions { max_age: Duration::from_secs(3601), ..ok }),
    ] {
        let error = options.validated().unwrap_err();
        assert!(matches!(error, ConfigError::OutOfRange { setting, .. } if setting == name), "{error}");
    }
}

use domain::testing::Numbers;

use super::*;

fn number(numbers: &mut Numbers) -> i64 {
    let greatest = numbers.one_of(&[2, 1000, 1 << 53, i64::MAX.unsigned_abs()]);
    numbers.below(greatest).cast_signed()
}

fn any_position(numbers: &mut Numbers) -> FeedPosition {
    let at = match number(numbers) {
        0 => OwnerRevision::NONE,
        revision => {
            let sign = numbers.one_of(&[1, -1]);
            OwnerRevision { epoch: sign * number(numbers), revision: Revision::new(revision) }
        }
    };
    let id = Uuid::from_u64_pair(numbers.below(u64::MAX), numbers.below(u64::MAX));
    let after = numbers.one_of(&[ObjectId::List(ListId::new(id)), ObjectId::Task(TaskId::new(id))]);
    numbers.one_of(&[FeedPosition::At(at), FeedPosition::InSnapshot { began: at, after }])
}

fn any_owner(numbers: &mut Numbers) -> Owner {
    let length = usize::try_from(1 + numbers.below(255)).unwrap();
    let letters: String = (0..length).map(|_| numbers.one_of(&['a', 'Z', '0', ' ', '%', '/'])).collect();
    Owner::for_test(&letters)
}

#[test]
fn positions_round_trip_for_their_owner_alone() {
    let mut numbers = Numbers::new(1);
    for _ in 0..5000 {
        let (position, owner) = (any_position(&mut numbers), any_owner(&mut numbers));
        let text = encode(position, &owner);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        assert!((1..=128).contains(&text.len()) && text.bytes().all(is_plain), "{text}");
        assert_eq!(decode(&text, &owner), Some(position), "{text}");
        let other = any_owner(&mut numbers);
        assert!(other == owner || decode(&text, &other).is_none(), "{text}");
    }
}

/// Whatever is read is written the same again, so a position has one text.
#[test]
fn texts_that_are_read_are_written_the_same_again() {
    let (mut numbers, mut read) = (Numbers::new(2), 0);
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).collect();
    for _ in 0..5000 {
        let owner = any_owner(&mut numbers);
        let mut text: Vec<char> = encode(any_position(&mut numbers), &owner).chars().collect();
        for _ in 0..numbers.below(3) {
            let place = usize::try_from(numbers.below(text.len() as u64)).unwrap();
            text[place] = numbers.one_of(&alphabet);
        }
        let text: String = text.into_iter().collect();
        if let Some(position) = decode(&text, &owner) {
            read += 1;
            assert_eq!(encode(position, &owner), text);
        }
    }
    assert!(read > 1000, "{read} were read");
}

#[test]
fn the_start_has_the_empty_text() {
    let owner = Owner::for_test("user-a");
    assert_eq!(encode(FeedPosition::Start, &owner), "");
    assert_eq!(decode("", &owner), Some(FeedPosition::Start));
    let none = encode(FeedPosition::At(OwnerRevision::NONE), &owner);
    assert_eq!(decode(&none, &owner), Some(FeedPosition::At(OwnerRevision::NONE)));
}

#[test]
fn other_texts_are_unusable() {
    let owner = Owner::for_test("user-a");
    let at = OwnerRevision { epoch: 7, revision: Revision::new(9) };
    let id = Uuid::from_u128(7);
    let at_text = encode(FeedPosition::At(at), &owner);
    let in_snapshot = |after| encode(FeedPosition::InSnapshot { began: at, after }, &owner);
    let after_task = in_snapshot(ObjectId::Task(TaskId::new(id)));
    let after_list = in_snapshot(ObjectId::List(ListId::new(id)));
    let bytes = URL_SAFE_NO_PAD.decode(&at_text).unwrap();
    let snapshot_bytes = URL_SAFE_NO_PAD.decode(&after_task).unwrap();
    let changed = |bytes: &[u8], place: usize, byte: u8| {
        let mut bytes = bytes.to_vec();
        bytes[place] = byte;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let appended = |bytes: &[u8], more: &[u8]| URL_SAFE_NO_PAD.encode([bytes, more].concat());
    let of_other = encode(FeedPosition::At(at), &Owner::for_test("user-b"));
    let mut texts: Vec<String> = [
        " ",
        "0",
        "1",
        "-",
        "_",
        "null",
        "latest",
        "now",
        "*",
        "\"\"",
        "W/\"1\"",
        "A",
        "AA",
        "AAAA",
        "AQ",
        "=",
        "é",
        "\u{ff21}\u{ff21}",
        "1:9",
        "7.9",
        "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11",
        "' OR 1=1--",
        "[1,7,9]",
    ]
    .map(String::from)
    .into();
    texts.extend([
        of_other.clone(),
        at_text.to_lowercase(),
        format!("{at_text}="),
        format!("{at_text}=="),
        format!(" {at_text}"),
        format!("{at_text} "),
        format!("{at_text}\n"),
        format!("{at_text}A"),
        format!("{at_text}{at_text}"),
        at_text[..at_text.len() - 1].to_owned(),
        // Other bits behind the last byte.
        format!("{}B", &at_text[..at_text.len() - 1]),
        after_task[..after_task.len() - 1].to_owned(),
        after_list[..after_list.len() - 2].to_owned(),
        format!("{after_task}{after_list}"),
        appended(&bytes, &[0]),
        appended(&bytes, b"t"),
        appended(&bytes, &[b't'; 16]),
        appended(&snapshot_bytes, &[0]),
        appended(&[], &bytes[..24]),
        appended(&[], &bytes[1..]),
        changed(&bytes, 0, 0),
        changed(&bytes, 0, 2),
        changed(&bytes, 1, 0),
        changed(&bytes, 8, 0),
        // A revision below zero, and an epoch without a revision.
        changed(&bytes, 17, 0x80),
        changed(&bytes, 24, 0),
        changed(&snapshot_bytes, 24, 0),
        changed(&snapshot_bytes, 25, b'x'),
        changed(&snapshot_bytes, 25, 0),
        "A".repeat(128),
        "A".repeat(100_000),
    ]);
    for text in texts {
        assert_eq!(decode(&text, &owner), None, "{text:?}");
    }
    assert!(decode(&of_other, &Owner::for_test("user-b")).is_some());
}

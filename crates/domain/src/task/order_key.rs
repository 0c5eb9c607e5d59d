//! The keys of manual orders, of tasks and of lists.
//!
//! A key is text of ASCII letters and digits, and compares byte by byte. Three classes need nothing loaded: those of what
//! comes first ([`OrderKey::first`]), those of rows without a key ([`OrderKey::derived`]), and those of what comes last
//! ([`OrderKey::last`]). All others are between two existing keys ([`OrderKey::between`], [`OrderKey::spread`]).
//!
//! The keys of one owner are unique: each revision is used once, and a key between others is above
//! `OrderKey::first(next revision)` and below `OrderKey::last(next revision)`, hence none of a later revision.

mod placement;

use std::fmt;

use uuid::Uuid;

use crate::{Revision, Timestamp};

pub use placement::Placement;

/// The digits, in the order of their bytes.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Revisions are below 2^53.
const MAX_REVISION: u64 = (1 << 53) - 1;

/// 62^9 is above 2^53.
const REVISION_DIGITS: usize = 9;

/// The last millisecond of the year 9999.
const LAST_MILLISECOND: i64 = 253_402_300_799_999;

/// Renumbered keys leave room for the keys of later moves.
const MAX_RENUMBERED: usize = 48;

/// A place in a manual order: 1 to 64 ASCII letters and digits, the smallest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey(String);

impl OrderKey {
    /// The longest key, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// Accepts the text unchanged.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| Self(text.into()))
    }

    /// The key as it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key of what comes first at this revision: before all keys of earlier ones.
    #[must_use]
    pub fn first(revision: Revision) -> Self {
        Self::of_class(b'A', MAX_REVISION.saturating_sub(revision.number().unsigned_abs()))
    }

    /// The key of what comes last at this revision: after all keys of earlier ones.
    #[must_use]
    pub fn last(revision: Revision) -> Self {
        Self::of_class(b'C', revision.number().unsigned_abs())
    }

    /// The key of a row without a stored one: after all that came first and before all that came last, the newest first,
    /// and of those of one millisecond the one with the largest id. SQL has the same expression.
    #[must_use]
    pub fn derived(created_at: Timestamp, id: Uuid) -> Self {
        let age = LAST_MILLISECOND.saturating_sub(created_at.unix_millis());
        let mut buffer = Uuid::encode_buffer();
        let inverted = Uuid::from_u128(!id.as_u128()).simple().encode_lower(&mut buffer);
        Self(format!("B{age:013x}{inverted}"))
    }

    fn of_class(class: u8, mut number: u64) -> Self {
        let mut text = [class; REVISION_DIGITS + 1];
        for digit in text.iter_mut().skip(1).rev() {
            *digit = byte_of(u8::try_from(number % 62).unwrap_or_default());
            number /= 62;
        }
        Self::of_bytes(&text)
    }

    /// The shortest key between this one and a larger one, as far from both as its length allows. `None` if it would be too
    /// long, or if there is none. It never ends with `0`, as there is no key between `x` and `x0`.
    #[must_use]
    pub fn between(&self, upper: &Self) -> Option<Self> {
        if *self >= *upper {
            return None;
        }
        let (low, high) = (self.0.as_bytes(), upper.0.as_bytes());
        for length in 0..Self::MAX_LENGTH {
            // Without a shorter key, the result has the digits of the lower one up to here.
            let same = (0..length).all(|place| digit(low, place) == digit(high, place));
            let from = digit(low, length) + 1;
            let below = match same {
                true if high.iter().skip(length + 1).any(|byte| *byte != b'0') => digit(high, length) + 1,
                true => digit(high, length),
                false => 62,
            };
            if from < below {
                let start = (0..length).map(|place| digit(low, place));
                let digits = start.chain([from.midpoint(below - 1)]);
                return Some(Self::of_bytes(&digits.map(byte_of).collect::<Vec<u8>>()));
            }
        }
        None
    }

    /// So many keys between this one and a larger one, in order, short enough for later moves. `None` if there is too little
    /// room.
    #[must_use]
    pub fn spread(&self, upper: &Self, number: usize) -> Option<Vec<Self>> {
        if number == 0 {
            return Some(Vec::new());
        }
        let middle = self.between(upper).filter(|key| key.0.len() <= MAX_RENUMBERED)?;
        let mut keys = self.spread(&middle, (number - 1) / 2)?;
        let above = middle.spread(upper, number / 2)?;
        keys.push(middle);
        keys.extend(above);
        Some(keys)
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_bytes(ascii: &[u8]) -> Self {
        Self(ascii.iter().copied().map(char::from).collect())
    }
}

impl From<OrderKey> for String {
    fn from(key: OrderKey) -> Self {
        key.0
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn byte_of(digit: u8) -> u8 {
    DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0')
}

/// The digit at a place; beyond the end it is 0.
fn digit(key: &[u8], place: usize) -> u8 {
    match key.get(place) {
        Some(byte @ b'0'..=b'9') => byte - b'0',
        Some(byte @ b'A'..=b'Z') => byte - b'A' + 10,
        Some(byte @ b'a'..=b'z') => byte - b'a' + 36,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;

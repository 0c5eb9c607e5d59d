//! A token as a request brings it, before anything of it is read.

use std::hash::Hasher;
use std::sync::OnceLock;

use siphasher::sip128::{Hasher128, SipHasher24};

use crate::VerifyError;
use crate::token::check_length;

/// A token that is not too long, and the fingerprint that it is remembered by.
pub(crate) struct PresentedToken<'a> {
    text: &'a str,
    fingerprint: Fingerprint,
}

/// A digest of a whole token: SipHash-2-4 with 128 bits, keyed with random bytes of this process.
///
/// It is a pseudorandom function to everybody without the key, so nobody can make a token with the fingerprint of
/// another one; 128 bits let a guess succeed once in 2^128. SHA-256 would take longer than a remembered token may.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint(u128);

impl<'a> PresentedToken<'a> {
    /// Looks at the length before anything else.
    pub(crate) fn new(text: &'a str, limit_bytes: usize) -> Result<Self, VerifyError> {
        check_length(text, limit_bytes)?;
        Ok(Self { text, fingerprint: Fingerprint::of(text) })
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl Fingerprint {
    fn of(token: &str) -> Self {
        static KEYED: OnceLock<SipHasher24> = OnceLock::new();
        let mut hasher = *KEYED.get_or_init(|| SipHasher24::new_with_key(&random_key()));
        hasher.write(token.as_bytes());
        Self(hasher.finish128().as_u128())
    }
}

/// # Panics
///
/// When the operating system has no random bytes; nothing that this crate is for works then.
fn random_key() -> [u8; 16] {
    let mut key = [0; 16];
    #[expect(clippy::expect_used, reason = "a machine without random bytes is broken")]
    getrandom::fill(&mut key).expect("random bytes of the operating system");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_tokens_have_equal_fingerprints_and_others_have_not() {
        let of = |text| PresentedToken::new(text, 100).ok().unwrap().fingerprint();
        assert!(of("a.b.c") == of("a.b.c"));
        for other in ["a.b.d", "a.b.c ", "A.b.c", "a.b.", ""] {
            assert!(of(other) != of("a.b.c"), "{other:?}");
        }
    }

    #[test]
    fn refuses_a_token_beyond_the_limit() {
        assert!(PresentedToken::new("12345", 5).is_ok());
        let error = PresentedToken::new("123456", 5).err();
        assert_eq!(error, Some(VerifyError::TooLong { limit_bytes: 5 }));
    }
}

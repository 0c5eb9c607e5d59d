//! RFC 8037 (Ed25519 in JOSE), the signature of appendix A.4 under the public key of A.2:
//! <https://www.rfc-editor.org/rfc/rfc8037#appendix-A>.

use crate::published::Published;
use crate::{NO_USABLE_KEY, assert_signs_every_character, verdict, with};

fn rfc() -> Published {
    Published::read(include_str!("data/rfc8037.json"))
}

#[test]
fn accepts_the_example_and_nothing_near_it() {
    let rfc = rfc();
    let example = rfc.section("A.4");
    assert_signs_every_character(&example.jwk, &example.token, &example.payload);
}

/// X25519 agrees on keys and signs nothing; Ed448 is not supported.
#[test]
fn rejects_the_same_point_on_another_curve() {
    let rfc = rfc();
    let example = rfc.section("A.4");
    for curve in ["X25519", "Ed448", "ed25519", "P-256"] {
        let answer = verdict(&with(&example.jwk, "crv", curve), &example.token);
        assert_eq!(answer, Err(NO_USABLE_KEY), "{curve}");
    }
}

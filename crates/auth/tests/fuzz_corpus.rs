//! Replays the corpus of the fuzz targets (`make fuzz`) through the checks of the targets. The name of a file starts
//! with its verdict, up to the first dot.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails, fails here"
)]

#[path = "../fuzz/checks/headers.rs"]
mod headers;
#[path = "../fuzz/checks/jwks.rs"]
mod jwks;
#[path = "../fuzz/checks/token.rs"]
mod token;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Replays the corpus of a target, and gives the verdicts that occur.
fn replay(target: &str, check: impl Fn(&[u8]) -> String) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let names_and_verdicts: Vec<_> = files
        .map(|file| (file.file_name().into_string().unwrap(), check(&fs::read(file.path()).unwrap())))
        .collect();
    let is_wrong = |(name, verdict): &&(String, String)| name.split('.').next() != Some(verdict);
    let wrong: Vec<_> = names_and_verdicts.iter().filter(is_wrong).collect();
    assert!(wrong.is_empty(), "{target}: {wrong:#?}");
    names_and_verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

#[test]
fn each_token_gets_the_verdict_in_its_name() {
    let verdicts = replay("token", |bytes| token::check(bytes).to_owned());
    assert!(verdicts.contains("accepted") && verdicts.contains("signed"), "{verdicts:?}");
    assert!(verdicts.len() > 15, "few of the rules are reached: {verdicts:?}");
}

#[test]
fn each_key_set_has_the_number_of_keys_in_its_name() {
    let verdicts = replay("jwks", jwks::check);
    assert!(verdicts.contains("4_keys") && verdicts.contains("no_usable_key"), "{verdicts:?}");
}

#[test]
fn each_header_gets_the_verdict_in_its_name() {
    let verdicts = replay("headers", headers::check);
    for verdict in ["token", "missing_credentials", "malformed_credentials", "2_secrets"] {
        assert!(verdicts.contains(verdict), "{verdict}: {verdicts:?}");
    }
}

//! Key sets from arbitrary bytes; the checks are in `checks/jwks.rs`.
#![no_main]

#[path = "../checks/jwks.rs"]
mod jwks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    jwks::check(bytes);
});

//! Key sets from arbitrary bytes; what has to hold is in `checks/jwks.rs`.
#![no_main]

#[path = "../checks/jwks.rs"]
mod jwks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    jwks::check(bytes);
});

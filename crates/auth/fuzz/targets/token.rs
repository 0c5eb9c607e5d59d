//! Tokens from arbitrary bytes; the checks are in `checks/token.rs`.
#![no_main]

#[path = "../checks/token.rs"]
mod token;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    token::check(bytes);
});

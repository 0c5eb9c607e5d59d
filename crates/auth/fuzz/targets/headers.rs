//! `Authorization` headers and lists of secrets from arbitrary bytes; the checks are in `checks/headers.rs`.
#![no_main]

#[path = "../checks/headers.rs"]
mod headers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    headers::check(bytes);
});

//! `Authorization` headers and lists of secrets from arbitrary bytes; what has to hold is in `checks/headers.rs`.
#![no_main]

#[path = "../checks/headers.rs"]
mod headers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    headers::check(bytes);
});

//! The ten rules of the README, each with its tests, and what an identity has, on the public interface.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails, fails here"
)]

mod access;
mod algorithm_belongs_to_key;
mod at_least_one_anchor;
mod critical_headers;
mod errors;
mod identity;
mod issuer_and_audience;
mod key_set_client;
mod no_panics;
mod required_claims_and_times;
mod several_issuers;
#[path = "../support/support.rs"]
mod support;
mod token_cache;
mod user_id_claim;

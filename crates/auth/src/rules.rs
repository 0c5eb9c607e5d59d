//! The ten rules of this crate, each with the tests that hold it. What a file does for several rules, or for
//! none, is tested at its own end.

mod rule_10_nothing_panics;
mod rule_1_the_algorithm_belongs_to_the_key;
mod rule_2_at_least_one_trust_root;
mod rule_3_required_claims_and_times;
mod rule_4_issuer_and_audience;
mod rule_5_critical_headers_and_foreign_keys;
mod rule_6_the_user_id_claim;
mod rule_7_the_key_set_client;
mod rule_8_the_token_memory;
mod rule_9_errors_say_why;

//! The verifier over a scripted source: which keys verify, when a set is fetched, and what an outage does.

mod freshness;
mod keys;
mod outage;

//! Rule 1: the algorithm belongs to the key and never to the header. Secrets and published keys are verified
//! apart, a token chooses only among the keys of a trust anchor that is configured, and `none` does not exist.

mod changed_bytes;
mod published_keys;
mod separate_anchors;
mod shared_secrets;

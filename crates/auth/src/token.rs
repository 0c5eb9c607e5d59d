//! The form of a token, before a key is chosen: the compact serialization of a JWS (RFC 7515 §7.1), its header and the
//! JSON in it. Nothing here is verified yet.

mod algorithm;
mod header;
mod json;
mod jws;

pub(crate) use algorithm::Algorithm;
pub(crate) use header::{Header, is_key_id};
pub(crate) use json::{Json, Object};
pub(crate) use jws::{CompactJws, Parts, check_length, is_session_token};

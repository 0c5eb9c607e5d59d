//! Rule 9: an error says why, for a log and for a developer, and never shows the token, a secret, or what the
//! token says of a person. Each has one status, one label and at most one error code of RFC 6750.

mod messages;
mod secrecy;

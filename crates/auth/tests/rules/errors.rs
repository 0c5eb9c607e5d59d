//! Rule 9: an error gives the reason, for a log and for a developer, and never shows the token, a secret or personal
//! data. Each has one status, one reason and at most one error code of RFC 6750.

mod messages;
mod secrecy;

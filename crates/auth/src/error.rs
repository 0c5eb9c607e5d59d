//! Errors and what their messages are made of: why a token is rejected, why a configuration is, and how a message
//! quotes untrusted text and shows a time. Everything else in the crate may use this module; it uses nothing.

mod config_error;
mod excerpt;
mod unix_time;
mod verify_error;

pub use config_error::ConfigError;
pub use excerpt::Excerpt;
pub(crate) use unix_time::UnixTime;
pub use verify_error::VerifyError;
#[cfg(test)]
pub(crate) use verify_error::tests::one_of_each;

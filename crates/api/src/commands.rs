//! What the program can be told to do, a command a file.

pub(crate) mod backup;
pub(crate) mod check_config;
pub(crate) mod doctor;
pub(crate) mod healthcheck;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;
pub(crate) mod token;
pub(crate) mod verify;

use std::io::{Write, stdout};

use crate::openapi;
use crate::startup::StartError;

/// Prints the description of the API. It follows from the program alone, so no configuration is read.
pub(crate) fn run() -> Result<(), StartError> {
    write!(stdout(), "{}", openapi::text()).map_err(StartError::unwritten)
}

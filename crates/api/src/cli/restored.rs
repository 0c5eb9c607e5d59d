use std::io::{Write, stdout};

use crate::config::{Overrides, Settings};
use crate::server::{self, StartError};

/// Prepares the configured database, which is a restored backup, for its clients.
pub(super) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::read(overrides)?;
    let renewed = server::renew_restored(&settings)?;
    writeln!(stdout(), "Users with a renewed epoch and a raised revision: {renewed}")
        .map_err(StartError::output_error)
}

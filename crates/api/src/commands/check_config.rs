use std::io::{Write, stdout};

use auth::VerifierOptions;

use crate::settings::{Overrides, Settings, masked};
use crate::startup::{self, StartError};

/// Shows the effective configuration and refuses what `serve` would refuse.
pub(crate) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::load(overrides)?;
    write!(stdout(), "{}", masked(&settings)).map_err(StartError::unwritten)?;
    startup::verifier(&settings, VerifierOptions::default())?;
    startup::check_database(&settings)?;
    Ok(())
}

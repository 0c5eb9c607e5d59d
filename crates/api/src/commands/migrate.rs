use std::io::{Write, stdout};
use std::sync::Arc;

use crate::logging;
use crate::settings::{Overrides, Settings};
use crate::startup::{self, StartError};

/// Brings the schema up to date and says what it did.
pub(crate) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::read(overrides)?;
    logging::start(&settings.log)?;
    let ran = startup::migrate(&startup::open(&settings, Arc::new(()))?)?;
    let answer = match ran.as_slice() {
        [] => "The schema is up to date.".to_owned(),
        names => format!("Ran {}.", names.join(", ")),
    };
    writeln!(stdout(), "{answer}").map_err(StartError::unwritten)
}

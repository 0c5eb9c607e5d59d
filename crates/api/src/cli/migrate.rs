use std::io::{Write, stdout};
use std::sync::Arc;

use crate::config::logging;
use crate::config::{Overrides, Settings};
use crate::server::{self, StartError};

/// Brings the schema up to date and says what it did.
pub(super) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::read(overrides)?;
    logging::start(&settings.log)?;
    let ran = server::migrate(&server::open(&settings, Arc::new(()))?)?;
    let answer = match ran.as_slice() {
        [] => "The schema is up to date.".to_owned(),
        names => format!("Ran {}.", names.join(", ")),
    };
    writeln!(stdout(), "{answer}").map_err(StartError::output_error)
}

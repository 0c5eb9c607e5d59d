use std::io::{Write, stdout};
use std::sync::Arc;

use crate::config::logging;
use crate::config::{Overrides, Settings};
use crate::server::{self, StartError};

/// Runs pending migrations.
pub(super) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::read(overrides)?;
    logging::start(&settings.log)?;
    settings.log_warnings();
    let applied = server::migrate(&server::open(&settings, Arc::new(()))?)?;
    let message = match applied.as_slice() {
        [] => "The schema is up to date.".to_owned(),
        names => format!("Applied {}.", names.join(", ")),
    };
    writeln!(stdout(), "{message}").map_err(StartError::output_error)
}

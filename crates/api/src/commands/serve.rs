use crate::settings::{Overrides, Settings};
use crate::startup::{self, StartError};
use crate::{development, logging, server};

/// Serves until a signal says to end.
pub(crate) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::load(overrides)?;
    logging::start(&settings.log)?;
    let state = startup::assemble(&settings)?;
    let hint = development::hint(&settings)?;
    server::serve(&settings, state, hint)
}

use std::io::{Write, stdout};
use std::sync::Arc;

use clap::Args;

use crate::config::logging;
use crate::config::{Overrides, Settings};
use crate::server::{self, StartError};

/// The options of the command.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Then distribute the tables by user over the servers of Citus
    #[arg(long)]
    distribute: bool,
}

impl Migrate {
    /// Runs pending migrations.
    pub(super) fn run(self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        logging::start(&settings.log)?;
        settings.log_warnings();
        let database = server::open(&settings, Arc::new(()))?;
        let applied = server::migrate(&database)?;
        let message = match applied.as_slice() {
            [] => "The schema is up to date.".to_owned(),
            names => format!("Applied {}.", names.join(", ")),
        };
        writeln!(stdout(), "{message}").map_err(StartError::output_error)?;
        if !self.distribute {
            return Ok(());
        }
        let message = match server::distribute(&database)?.as_slice() {
            [] => "The tables are distributed.".to_owned(),
            names => format!("Distributed {}.", names.join(", ")),
        };
        writeln!(stdout(), "{message}").map_err(StartError::output_error)
    }
}

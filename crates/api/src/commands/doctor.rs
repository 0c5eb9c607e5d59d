use std::io::{self, Write, stdout};

use clap::Args;
use persistence::{Examination, Remedy};

use crate::settings::{Overrides, Settings};
use crate::startup::{self, StartError};

/// Whether only to look.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Mend what can be mended, say what was done, and check again
    #[arg(long)]
    repair: bool,
}

impl Doctor {
    /// Reports on every check. What is left to be done is an error.
    pub(crate) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let doctor = startup::doctor(&settings)?;
        let mut found = doctor.examine().map_err(startup::unexamined)?;
        say(format_args!("{found}"))?;
        if self.repair && found.can_be_mended() {
            let repairs = doctor.repair(&found);
            say(format_args!("\n{repairs}"))?;
            if let Some(error) = repairs.into_error() {
                return Err(StartError::failed("the repair did not come to the end", error));
            }
            found = doctor.examine().map_err(startup::unexamined)?;
            say(format_args!("\nChecked again:\n{found}"))?;
        }
        if found.is_healthy() {
            return Ok(());
        }
        say(format_args!("\n{}", advice(&found)))?;
        Err(StartError::failed("the database is not healthy", io::Error::other("see the checks that fail")))
    }
}

fn say(text: std::fmt::Arguments<'_>) -> Result<(), StartError> {
    stdout().write_fmt(text).map_err(StartError::unwritten)
}

/// What to do, a line each, in the order in which to do it.
fn advice(found: &Examination) -> String {
    let line = |remedy| match remedy {
        Remedy::Migrate => "The schema is behind: `tasknook migrate` brings it up to date.\n",
        Remedy::NewerBuild => {
            "The schema is of a newer build: examine and mend the database with that one.\n"
        }
        Remedy::Restore => "The database is damaged, which no repair mends: restore a backup.\n",
        Remedy::Reindex => "`reindex index concurrently NAME` builds an index again, in psql.\n",
        Remedy::Repair => "`tasknook doctor --repair` mends owners, live tasks, revisions and texts.\n",
        _ => "",
    };
    found.remedies().into_iter().map(line).collect()
}

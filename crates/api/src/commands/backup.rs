use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;

use crate::settings::{Overrides, Settings};
use crate::startup::{self, StartError};

/// Where to.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to make; nothing of that name may be there
    file: PathBuf,
}

impl Backup {
    /// Copies the database and says where to.
    pub(crate) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let backup = startup::back_up(&settings, &self.file)?;
        writeln!(stdout(), "Wrote {}, {} bytes.", backup.path.display(), backup.bytes)
            .map_err(StartError::unwritten)
    }
}

use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;

use crate::config::{Overrides, Settings};
use crate::server::{self, StartError};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Destination file; must not exist
    file: PathBuf,
}

impl Backup {
    pub(super) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let backup = server::back_up(&settings, &self.file)?;
        writeln!(stdout(), "Wrote {}, {} bytes.", backup.path.display(), backup.bytes)
            .map_err(StartError::output_error)
    }
}

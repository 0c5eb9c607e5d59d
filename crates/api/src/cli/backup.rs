use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;

use crate::config::{Overrides, Settings};
use crate::server::{self, StartError};

/// Where to.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to make; nothing of that name may be there
    file: PathBuf,
}

impl Backup {
    /// Copies the database and says where to.
    pub(super) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let backup = server::back_up(&settings, &self.file)?;
        writeln!(stdout(), "Wrote {}, {} bytes.", backup.path.display(), backup.bytes)
            .map_err(StartError::output_error)
    }
}

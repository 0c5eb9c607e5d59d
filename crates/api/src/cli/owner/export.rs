use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write, stdout};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use clap::Args;
use domain::OwnerId;

use super::Done;
use super::lines::LineWriter;
use crate::config::Settings;
use crate::server::{self, StartError};

#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// The user's id
    #[arg(value_name = "ID")]
    pub(super) owner: String,
    /// Write to this file, which must not exist, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self, settings: &Settings, owner: &OwnerId) -> Result<Done, StartError> {
        let Some(path) = &self.output else { return write(settings, owner, stdout().lock()) };
        let cannot_write = |error| StartError::failed(format!("{} cannot be written", path.display()), error);
        // Only the operator may read what users have written.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(cannot_write)?;
        let written = write(settings, owner, &file)
            .and_then(|done| file.sync_all().map_err(cannot_write).map(|()| done));
        if written.is_err() {
            // An incomplete file is of no use. If it cannot be removed, the first error has the cause.
            let _ = fs::remove_file(path);
        }
        written
    }
}

fn write(settings: &Settings, owner: &OwnerId, output: impl Write) -> Result<Done, StartError> {
    let mut lines = LineWriter::new(owner, BufWriter::new(output));
    let done = server::owner_data(settings)?.export(owner, &mut |entry| Ok(lines.write(entry)?));
    done.map_err(|error| StartError::failed("the export failed", error))?;
    let tasks = lines.finish().map_err(|error| StartError::failed("the export failed", error))?;
    Ok(Done { tasks, message: String::new() })
}

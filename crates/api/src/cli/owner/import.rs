use std::fs::File;
use std::io::{self, Seek, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::{ExistingTask, OwnerId, TextLimits};
use persistence::{EntryError, Imported};

use super::Done;
use super::lines::LineReader;

use crate::config::Settings;
use crate::server::{self, StartError};

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// The user's id; it may differ from that of the export
    #[arg(value_name = "ID")]
    pub(super) owner: String,
    /// The export; - reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace tasks of the user that have the same ids
    #[arg(long, conflicts_with = "skip")]
    replace: bool,
    /// Keep tasks of the user that have the same ids
    #[arg(long)]
    skip: bool,
}

impl Import {
    /// Reads the file twice: a transaction that waited for input would block other writers.
    pub(super) fn run(&self, settings: &Settings, owner: &OwnerId) -> Result<Done, StartError> {
        let limits = TextLimits {
            title_max: settings.tasks.title_max,
            description_max: settings.tasks.description_max,
        };
        let mut file = open(&self.file).map_err(failed)?;
        LineReader::new(&file, limits)
            .map_err(failed)?
            .try_for_each(|task| task.map(drop))
            .map_err(failed)?;
        file.rewind().map_err(failed)?;
        let mut lines = LineReader::new(&file, limits).map_err(failed)?;
        let rules = (lines.revision(), self.existing());
        let imported = server::owner_data(settings)?.import(owner, rules, &mut lines);
        let Imported { written, kept } = imported.map_err(failed)?;
        Ok(Done { tasks: written, message: format!("Imported {written} tasks, kept {kept}.\n") })
    }

    const fn existing(&self) -> ExistingTask {
        match (self.replace, self.skip) {
            (true, _) => ExistingTask::Replace,
            (false, true) => ExistingTask::Keep,
            (false, false) => ExistingTask::Reject,
        }
    }
}

fn failed(error: impl Into<EntryError>) -> StartError {
    StartError::failed("nothing was imported", error)
}

/// Opens the file, or copies standard input to a temporary one.
fn open(path: &Path) -> io::Result<File> {
    if path != Path::new("-") {
        return File::open(path);
    }
    let mut copy = tempfile::tempfile()?;
    io::copy(&mut stdin().lock(), &mut copy)?;
    copy.rewind()?;
    Ok(copy)
}

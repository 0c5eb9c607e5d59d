//! What a package installs beside the binary: shell completions and manual pages, generated from the command line.

use std::fs;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use crate::server::StartError;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Shell that reads the script
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    pub(super) fn run(&self) -> Result<(), StartError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "tasknook", &mut script);
        stdout().write_all(&script).map_err(StartError::output_error)
    }
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Folder for the pages, created if it does not exist
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl Man {
    /// Writes `tasknook.1`, and `tasknook-COMMAND.1` for each command.
    pub(super) fn run(&self) -> Result<(), StartError> {
        let write = || {
            fs::create_dir_all(&self.folder)?;
            // A page of its own for `help` would repeat the others.
            clap_mangen::generate_to(Cli::command().disable_help_subcommand(true), &self.folder)
        };
        let failed = format!("cannot write the manual pages to {}", self.folder.display());
        write().map_err(|error| StartError::failed(failed, error))
    }
}

//! The data of one owner, for operators. The format of an export is in `lines`, the record of a command in `audit`.

mod audit;
mod export;
mod import;
mod lines;

use std::io::{self, Write, stdin, stdout};

use clap::Subcommand;
use domain::OwnerId;
use persistence::Erased;

use audit::Command;

use crate::config::{ConfigError, Overrides, Settings};
use crate::server::{self, StartError, TimeOrderedIds};

#[derive(Debug, Subcommand)]
pub(super) enum Owner {
    /// Write everything that is stored of a user as JSON lines
    Export(export::Export),
    /// Add the tasks of an export to a user: all of them, or none if one is invalid
    Import(import::Import),
    /// Delete everything that is stored of a user
    Delete {
        /// The user's id
        #[arg(value_name = "ID")]
        owner: String,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
    /// Move all tasks of a user to another one, and delete what else is stored of the first
    Move {
        /// The id of the user who has the tasks
        #[arg(value_name = "FROM")]
        from: String,
        /// The id of the user who gets them
        #[arg(value_name = "TO")]
        to: String,
    },
}

/// What a command did.
struct Done {
    /// The tasks that it wrote, deleted or moved.
    tasks: u64,
    /// For the operator.
    message: String,
}

impl Owner {
    pub(super) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = &Settings::read(overrides)?;
        match self {
            Self::Export(export) => {
                let owner = &owner_id(&export.owner)?;
                let command = Command { name: "owner export", user: owner, from: None };
                command.record(settings, || export.run(settings, owner))
            }
            Self::Import(import) => {
                let owner = &owner_id(&import.owner)?;
                let command = Command { name: "owner import", user: owner, from: None };
                command.record(settings, || import.run(settings, owner))
            }
            Self::Delete { owner, yes } => {
                let owner = &owner_id(owner)?;
                let command = Command { name: "owner delete", user: owner, from: None };
                command.record(settings, || delete(settings, owner, *yes))
            }
            Self::Move { from, to } => {
                let (from, to) = (&owner_id(from)?, &owner_id(to)?);
                let command = Command { name: "owner move", user: to, from: Some(from) };
                command.record(settings, || move_tasks(settings, from, to))
            }
        }
    }
}

fn owner_id(text: &str) -> Result<OwnerId, ConfigError> {
    OwnerId::parse(text).map_err(|error| ConfigError::new(format!("{text:?}"), error))
}

fn delete(settings: &Settings, owner: &OwnerId, confirmed: bool) -> Result<Done, StartError> {
    let data = server::owner_data(settings)?;
    if !confirmed {
        confirm(owner)?;
    }
    let failed = |error| StartError::failed("nothing was deleted", error);
    let Erased { tasks, trashed, lists, tombstones } = data.erase(owner).map_err(failed)?;
    let message = format!(
        "Deleted {tasks} tasks, {trashed} in the trash, {lists} lists, and {tombstones} records of what was deleted.\n"
    );
    Ok(Done { tasks: tasks + trashed, message })
}

/// Requires the id on standard input.
fn confirm(owner: &OwnerId) -> Result<(), StartError> {
    print(format_args!("Type the id to delete everything of {owner:?}: "))?;
    stdout().flush().map_err(StartError::output_error)?;
    let mut line = String::new();
    let read = stdin().read_line(&mut line);
    let failed = |error| StartError::failed("nothing was deleted", error);
    read.map_err(failed)?;
    if line.trim_end_matches(['\r', '\n']) == owner.as_str() {
        return Ok(());
    }
    Err(failed(io::Error::other("the id was not confirmed; --yes confirms it")))
}

fn move_tasks(settings: &Settings, from: &OwnerId, to: &OwnerId) -> Result<Done, StartError> {
    if from == to {
        return Err(ConfigError::new("TO", "must be another user than FROM").into());
    }
    let tasks = server::owner_data(settings)?.move_tasks(from, to, &TimeOrderedIds);
    let tasks = tasks.map_err(|error| StartError::failed("nothing was moved", error))?;
    Ok(Done { tasks, message: format!("Moved {tasks} tasks.\n") })
}

fn print(text: std::fmt::Arguments<'_>) -> Result<(), StartError> {
    stdout().write_fmt(text).map_err(StartError::output_error)
}

use std::io::{self, Write, stdout};

use clap::Args;
use persistence::Remedy;

use crate::settings::{Overrides, Settings};
use crate::startup::{self, StartError};

/// Whether to repair.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Repair counters, revisions, missing rows of owners and search texts, report the changes, and check again
    #[arg(long)]
    repair: bool,
}

impl Doctor {
    /// Prints a line for every check, and what to do. A failed check is a failure; without one, a check that was not
    /// carried out has an exit code of its own.
    pub(crate) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let doctor = startup::doctor(&settings)?;
        let mut report = doctor.check().map_err(startup::not_checked)?;
        print(format_args!("{report}"))?;
        if self.repair && report.is_repairable() {
            print(format_args!("\n"))?;
            // A repair continues when nobody reads the output.
            let mut printed = Ok(());
            let done = doctor.repair(&report, &mut |repair| {
                if printed.is_ok() {
                    printed = print(format_args!("repaired {repair}\n"));
                }
            });
            done.map_err(|error| StartError::failed("the repair is incomplete", error))?;
            printed?;
            report = doctor.check().map_err(startup::not_checked)?;
            print(format_args!("\nChecked again:\n{report}"))?;
        }
        if report.is_healthy() {
            return Ok(());
        }
        let remedies: String = report.remedies().into_iter().map(instruction).collect();
        print(format_args!("\n{remedies}"))?;
        if report.has_failures() {
            return Err(StartError::failed(
                "the database has problems",
                io::Error::other("see the failed checks"),
            ));
        }
        Err(StartError::NotChecked { source: "the reasons are listed above; no problem was found".into() })
    }
}

fn print(text: std::fmt::Arguments<'_>) -> Result<(), StartError> {
    stdout().write_fmt(text).map_err(StartError::unwritten)
}

const fn instruction(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Migrate => "Run `tasknook migrate`: the schema is not up to date.\n",
        Remedy::NewerBuild => "Check and repair with the build that the schema belongs to.\n",
        Remedy::Restore => "Restore a backup: the database is damaged, and no repair helps.\n",
        Remedy::Reindex => "Run `reindex index concurrently NAME` in psql.\n",
        Remedy::Repair => "Run `tasknook doctor --repair`.\n",
        Remedy::Decide => {
            "Rows contradict each other: see \"Contradicting rows\" in docs/operations/integrity.md.\n"
        }
        _ => "",
    }
}

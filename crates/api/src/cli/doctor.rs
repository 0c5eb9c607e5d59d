use std::io::{self, Write, stdout};

use clap::Args;
use persistence::Remedy;

use crate::config::{Overrides, Settings};
use crate::server::{self, StartError};

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Repair counters, revisions, missing owner rows and search texts, print the changes, and check again
    #[arg(long)]
    repair: bool,
}

impl Doctor {
    /// Prints a line for every check, and the remedies.
    pub(super) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let doctor = server::doctor(&settings)?;
        let mut report = doctor.check().map_err(server::doctor_error)?;
        print(format_args!("{report}"))?;
        if self.repair && report.is_repairable() {
            print(format_args!("\n"))?;
            // The repair continues when the output is closed.
            let mut printed = Ok(());
            let done = doctor.repair(&report, &mut |repair| {
                if printed.is_ok() {
                    printed = print(format_args!("repaired {repair}\n"));
                }
            });
            done.map_err(|error| StartError::failed("the repair is incomplete", error))?;
            printed?;
            report = doctor.check().map_err(server::doctor_error)?;
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
    stdout().write_fmt(text).map_err(StartError::output_error)
}

const fn instruction(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Recreate => {
            "Move the data to a database with the encoding UTF-8, with `pg_dump` and `pg_restore`.\n"
        }
        Remedy::Migrate => "Run `tasknook migrate`: the schema is not up to date.\n",
        Remedy::NewerBuild => {
            "Check and repair with the version of the service that this schema belongs to.\n"
        }
        Remedy::Restore => "Restore a backup: the database is damaged and cannot be repaired.\n",
        Remedy::Reindex => "Run `reindex index concurrently NAME` in psql.\n",
        Remedy::Repair => "Run `tasknook doctor --repair`.\n",
        Remedy::Decide => {
            "Rows contradict each other: see \"Contradicting rows\" in docs/operations/integrity.md.\n"
        }
        _ => "",
    }
}

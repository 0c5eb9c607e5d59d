//! The command line: one file for each command that does more than call another module.

mod backup;
mod doctor;
mod healthcheck;
mod migrate;
mod serve;
pub(crate) mod token;
mod verify;

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Overrides, Settings, masked};
use crate::http::problem::chain;
use crate::routes;
use crate::server::{self, StartError};
use auth::VerifierOptions;

/// The backend for personal tasks that knows who is calling: a REST API that verifies Better Auth's tokens and answers
/// with the caller's own tasks.
#[derive(Debug, Parser)]
#[command(
    name = "tasknook",
    version,
    max_term_width = 100,
    after_help = "\
Environment:
  DATABASE_URL         sqlite://path, sqlite:///absolute/path or postgres://… [sqlite://data/tasknook.db]
  BETTER_AUTH_URL      base URL of Better Auth, whose key set verifies tokens
  BETTER_AUTH_SECRET   shared secret that verifies HS256 tokens, 32 bytes or more
  BETTER_AUTH_SECRETS  several of them, as in 2:new,1:old
  TASKNOOK_CONFIG      the same as --config
  TASKNOOK_SECTION__KEY  any setting; lists have commas; `tasknook check-config` shows them all

Exit codes: 0 success, 1 failure, 2 the configuration or the command line is wrong,
            3 doctor could not carry out a check and found no problem"
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Common {
    /// A TOML file with settings that win over the defaults
    #[arg(long, global = true, value_name = "FILE", env = "TASKNOOK_CONFIG", hide_env = true)]
    config: Option<PathBuf>,
    /// One setting, which wins over everything; may be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The address to listen on (server.host)
    #[arg(long, global = true, value_name = "ADDRESS")]
    host: Option<String>,
    /// The port to listen on, 0 for any free one (server.port)
    #[arg(long, global = true, value_name = "PORT")]
    port: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve,
    /// Bring the database's schema up to date, and end
    Migrate,
    /// Check schema, integrity and consistency of the database; exits 1 on problems, 3 if a check was not carried out
    Doctor(doctor::Doctor),
    /// Copy the SQLite database to a new file, also while a service writes to it
    Backup(backup::Backup),
    /// Print a token for a user, signed with the configured shared secret
    Token(token::Token),
    /// Say, rule by rule, what holds and what fails for a token on standard input, against this configuration
    Verify,
    /// Print the effective configuration with secrets masked, and whether it would be accepted
    CheckConfig,
    /// Print the API's description, OpenAPI 3.1 in JSON; needs no configuration
    Openapi,
    /// Ask a running service whether it is ready; exit 0 when it is, 1 when not (for containers)
    Healthcheck,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if key.contains('.') => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write SECTION.KEY=VALUE, as in server.port=9000".to_owned()),
    }
}

impl Common {
    fn overrides(self) -> Overrides {
        let mut set = self.set;
        set.extend(self.host.map(|host| ("server.host".to_owned(), host)));
        set.extend(self.port.map(|port| ("server.port".to_owned(), port)));
        Overrides { file: self.config, set }
    }
}

/// Does what the command line says.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let overrides = cli.common.overrides();
    let done = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&overrides),
        Command::Migrate => migrate::run(&overrides),
        Command::Doctor(doctor) => doctor.run(&overrides),
        Command::Backup(backup) => backup.run(&overrides),
        Command::Token(token) => token.run(&overrides),
        Command::Verify => verify::run(&overrides),
        Command::CheckConfig => check_config(&overrides),
        Command::Openapi => openapi(),
        Command::Healthcheck => healthcheck::run(&overrides),
    };
    done.map_or_else(|error| report(&error), |()| ExitCode::SUCCESS)
}

/// Prints the effective configuration and rejects what `serve` would reject.
fn check_config(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::load(overrides)?;
    write!(stdout(), "{}", masked(&settings)).map_err(StartError::output_error)?;
    server::verifier(&settings, VerifierOptions::default())?;
    server::check_database(&settings)
}

/// Prints the OpenAPI document. It depends on the program alone, so no configuration is read.
fn openapi() -> Result<(), StartError> {
    write!(stdout(), "{}", routes::openapi_json()).map_err(StartError::output_error)
}

/// Says on the terminal what went wrong, since the log may not be up; the exit code says it even when nobody can read.
fn report(error: &StartError) -> ExitCode {
    let _ = writeln!(stderr(), "tasknook: {}", chain(error));
    match error {
        StartError::Config(_) => ExitCode::from(2),
        StartError::NotChecked { .. } => ExitCode::from(3),
        StartError::Failed { .. } => ExitCode::FAILURE,
    }
}

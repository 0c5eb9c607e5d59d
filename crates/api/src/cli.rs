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

use crate::config::{Overrides, Settings, logging, masked};
use crate::http::problem::chain;
use crate::routes;
use crate::server::{self, StartError};
use auth::VerifierOptions;

/// A personal-task REST API that authenticates users with Better Auth tokens.
#[derive(Debug, Parser)]
#[command(
    name = "tasknook",
    version,
    max_term_width = 100,
    after_help = "\
Environment:
  DATABASE_URL         sqlite://path, sqlite:///absolute/path or postgres://… [default: sqlite://data/tasknook.db]
  BETTER_AUTH_URL      base URL of Better Auth; its key set verifies tokens
  BETTER_AUTH_SECRET   shared secret that verifies HS256 tokens, at least 32 bytes
  BETTER_AUTH_SECRETS  several shared secrets, as in 2:new,1:old
  TASKNOOK_CONFIG      same as --config
  TASKNOOK_SECTION__KEY  any setting; lists are comma-separated; `tasknook check-config` prints all settings

Exit codes: 0 success, 1 failure, 2 invalid configuration or command line,
            3 doctor could not run all checks and found no problem"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Common {
    /// Read settings from a TOML file (overrides the defaults)
    #[arg(long, global = true, value_name = "FILE", env = "TASKNOOK_CONFIG", hide_env = true)]
    config: Option<PathBuf>,
    /// Override a setting (highest precedence); can be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// Address to listen on (server.host)
    #[arg(long, global = true, value_name = "ADDRESS")]
    host: Option<String>,
    /// Port to listen on; 0 takes any free port (server.port)
    #[arg(long, global = true, value_name = "PORT")]
    port: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve,
    /// Run pending database migrations
    Migrate,
    /// Check schema, integrity and consistency of the database; exits 1 on problems, 3 if a check could not run
    Doctor(doctor::Doctor),
    /// Copy the SQLite database to a new file, also while the service is running
    Backup(backup::Backup),
    /// Sign a token for a user with the configured shared secret
    Token(token::Token),
    /// Explain why a token is accepted or rejected, rule by rule (reads stdin)
    Verify,
    /// Print and validate the effective configuration, with secrets masked
    CheckConfig,
    /// Print the OpenAPI 3.1 document as JSON
    Openapi,
    /// Check whether the service is ready; exits 1 if not
    Healthcheck,
}

fn key_value(text: &str) -> Result<(String, String), String> {
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

/// Runs the command of the command line.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let overrides = cli.common.overrides();
    let result = match cli.command.unwrap_or(Command::Serve) {
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
    let code = result.map_or_else(|error| report(&error), |()| ExitCode::SUCCESS);
    logging::flush();
    code
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

/// Prints the error, or logs it as an event of a log in JSON, and returns the exit code.
fn report(error: &StartError) -> ExitCode {
    let exit_code = match error {
        StartError::Config(_) => 2,
        StartError::NotChecked { .. } => 3,
        StartError::Failed { .. } => 1,
    };
    if logging::is_json() {
        tracing::error!(error = chain(error), exit_code, "failed");
    } else {
        let _ = writeln!(stderr(), "tasknook: {}", chain(error));
    }
    ExitCode::from(exit_code)
}

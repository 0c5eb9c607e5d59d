//! The command line: one file for each command that does more than call another module.

mod backup;
mod doctor;
mod healthcheck;
mod migrate;
mod owner;
mod restored;
mod serve;
mod shell;
pub(crate) mod token;
mod verify;

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Log, Overrides, Settings, logging, masked};
use crate::http::problem::chain;
use crate::routes;
use crate::server::{self, StartError};
use auth::{AnyVerifier, VerifierOptions};

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
  NAME_FILE            file with the value of one of these; also as systemd credential NAME
  HOST, PORT           address to listen on, if HOST is an IP address
  TASKNOOK_CONFIG      same as --config
  TASKNOOK_SECTION__KEY  any setting; lists are comma-separated; `tasknook check-config` prints all settings

Exit codes: 0 success, 1 failure, 2 invalid configuration or command line,
            3 doctor could not run all checks and found no problem"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    address: Address,
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
}

/// For the commands that use the address; without a command they belong to `serve`.
#[derive(Debug, Args)]
struct Address {
    /// Address to listen on (server.host)
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Port to listen on; 0 takes any free port (server.port)
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(Address),
    /// Run pending database migrations
    Migrate(migrate::Migrate),
    /// Check schema, integrity and consistency of the database; exits 1 on problems, 3 if a check could not run
    Doctor(doctor::Doctor),
    /// Copy the SQLite database to a new file, also while the service is running
    Backup(backup::Backup),
    /// Prepare a restored backup for its clients, before the service starts: renew epochs, raise revisions
    Restored,
    /// Export, import, delete or move everything that a user has, also while the service is running
    #[command(subcommand)]
    Owner(owner::Owner),
    /// Sign a token for a user with the configured shared secret
    Token(token::Token),
    /// Explain why a token is accepted or rejected, rule by rule (reads stdin)
    Verify,
    /// Print and validate the effective configuration, with secrets masked
    CheckConfig,
    /// Print the OpenAPI 3.1 document as JSON
    Openapi,
    /// Check whether the service is ready; exits 1 if not
    Healthcheck(Address),
    /// Print a shell completion script
    Completions(shell::Completions),
    /// Write the manual pages to a folder
    Man(shell::Man),
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if key.contains('.') => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write SECTION.KEY=VALUE, as in server.port=9000".to_owned()),
    }
}

impl Common {
    fn overrides(self) -> Overrides {
        Overrides { file: self.config, set: self.set }
    }
}

impl Address {
    fn add_to(self, overrides: &mut Overrides) {
        overrides.set.extend(self.host.map(|host| ("server.host".to_owned(), host)));
        overrides.set.extend(self.port.map(|port| ("server.port".to_owned(), port)));
    }
}

/// Runs the command of the command line.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let mut overrides = cli.common.overrides();
    cli.address.add_to(&mut overrides);
    let result = match cli.command {
        None => serve::run(&overrides),
        Some(command) => command.run(overrides),
    };
    let code = result.map_or_else(|error| report(&error), |()| ExitCode::SUCCESS);
    logging::flush();
    code
}

impl Command {
    fn run(self, mut overrides: Overrides) -> Result<(), StartError> {
        match self {
            Self::Serve(address) => {
                address.add_to(&mut overrides);
                serve::run(&overrides)
            }
            Self::Migrate(migrate) => migrate.run(&overrides),
            Self::Doctor(doctor) => doctor.run(&overrides),
            Self::Backup(backup) => backup.run(&overrides),
            Self::Restored => restored::run(&overrides),
            Self::Owner(owner) => owner.run(&overrides),
            Self::Token(token) => token.run(&overrides),
            Self::Verify => verify::run(&overrides),
            Self::CheckConfig => check_config(&overrides),
            Self::Openapi => openapi(),
            Self::Completions(completions) => completions.run(),
            Self::Man(man) => man.run(),
            Self::Healthcheck(address) => {
                address.add_to(&mut overrides);
                healthcheck::run(&overrides)
            }
        }
    }
}

/// Prints the effective configuration and rejects what `serve` would reject.
fn check_config(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::load(overrides)?;
    // Warnings about the configuration. The fetch that the verifier begins may end before the process or not.
    logging::start(&Log::of_command("warn,tasknook_auth::jwks=off"))?;
    settings.log_warnings();
    write!(stdout(), "{}", masked(&settings)).map_err(StartError::output_error)?;
    let verifier = server::verifier(&settings, VerifierOptions::default())?;
    write!(stdout(), "{}", trust_anchors(&verifier)).map_err(StartError::output_error)?;
    server::certificate(&settings)?;
    server::check_audit_file(&settings)?;
    server::check_database(&settings)
}

/// Which tokens are accepted, with the values that derive from others, as comments.
fn trust_anchors(verifier: &AnyVerifier) -> String {
    verifier
        .trust_anchors()
        .iter()
        .fold("# Accepted tokens:\n".to_owned(), |text, anchor| text + "# " + anchor + "\n")
}

/// Prints the OpenAPI document. It depends on the program alone, so no configuration is read.
fn openapi() -> Result<(), StartError> {
    write!(stdout(), "{}", routes::openapi_json("")).map_err(StartError::output_error)
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

use std::io::{Write, stdout};

use auth::VerifierOptions;
use clap::Args;
use domain::OwnerId;

use crate::development;
use crate::settings::{Overrides, Refusal, Settings};
use crate::startup::{self, StartError};
use crate::token::{self, Grant};

/// For whom, and for how long.
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// The user's id, the token's `sub`
    #[arg(long, value_name = "ID")]
    user: String,
    /// Seconds until the token expires
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..))]
    expires_in: u32,
}

impl Token {
    /// Prints the token and nothing else.
    pub(crate) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let user = OwnerId::parse(&self.user).map_err(|error| Refusal::new("--user", error))?;
        startup::shared_secret(&settings, VerifierOptions::default())?;
        let secret = development::signing_secret(&settings)?;
        let grant = Grant { user: user.as_str(), lifetime_seconds: self.expires_in };
        let token = token::sign(&grant, &secret, &settings.auth)?;
        writeln!(stdout(), "{token}").map_err(StartError::unwritten)
    }
}

use secrecy::SecretString;

use super::token::{TokenRequest, sign};
use crate::config::{Overrides, Settings, logging};
use crate::http::problem::chain;
use crate::server::{self, StartError};

/// Serves until a signal.
pub(super) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::load(overrides)?;
    logging::start(&settings.log)?;
    settings.log_warnings();
    let (state, database) = server::assemble(&settings)?;
    let secret = settings.auth.development_secret()?;
    let hint = secret.map(|secret| hint(&settings, &secret)).transpose()?;
    server::serve(&settings, state, hint)?;
    if let Err(error) = database.checkpoint() {
        tracing::warn!(error = chain(&error), "the database file is incomplete without its -wal file");
    }
    Ok(())
}

/// Commands to try the service with, when it runs with the development secret.
fn hint(settings: &Settings, secret: &SecretString) -> Result<impl Fn(&str) -> String + use<>, StartError> {
    let token = sign(&TokenRequest { user: "alice", lifetime_seconds: 86_400 }, secret, &settings.auth)?;
    Ok(move |address: &str| {
        format!(
            "\nTasknook serves on {address}, with a development secret. Create a task, then list it:\n\n\
             curl -X POST {address}/api/alice/tasks -H 'Content-Type: application/json' -d '{{\"title\":\"Buy milk\"}}' \
             -H 'Authorization: Bearer {token}'\n\n\
             curl {address}/api/alice/tasks -H 'Authorization: Bearer {token}'\n"
        )
    })
}

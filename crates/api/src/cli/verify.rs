use std::io::{Read, Write, stdin, stdout};

use actix_web::rt::System;
use auth::{Report, TokenVerifier, VerifierOptions, VerifyError};

use crate::config::logging;
use crate::config::{Log, Overrides, Settings};
use crate::http::authentication::hint;
use crate::server::{self, StartError};

use super::trust_anchors;

/// Longer than any accepted token.
const MAX_INPUT_BYTES: u64 = 1 << 20;

/// Applies every rule of the configuration to the token on standard input and prints each result. Only the key set is
/// fetched; the token is not sent anywhere, and its signature is not printed.
pub(super) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::load(overrides)?;
    // A failed fetch of the key set is explained in the log.
    logging::start(&Log::of_command("warn"))?;
    settings.log_warnings();
    let verifier = server::verifier(&settings, VerifierOptions::default())?;
    let mut input = String::new();
    let input_error = |error| StartError::failed("cannot read standard input as text", error);
    stdin().take(MAX_INPUT_BYTES).read_to_string(&mut input).map_err(input_error)?;
    let token = bare(&input);
    let report = System::new().block_on(verifier.explain(token));
    let accepted = trust_anchors(&verifier);
    let advice = match report.verdict() {
        Err(VerifyError::InvalidSignature) if is_signed_with_bare_secret(settings, token) => {
            BARE_SECRET.to_owned()
        }
        Err(error) => hint(error).map(|hint| format!("Hint: {hint}.\n")).unwrap_or_default(),
        Ok(_) => String::new(),
    };
    write!(stdout(), "{accepted}\n{report}\n{}{advice}", verdict(&report))
        .map_err(StartError::output_error)?;
    match report.verdict() {
        Ok(_) => Ok(()),
        Err(error) if error.is_unavailable() => {
            Err(StartError::failed("the token could not be verified", error.clone()))
        }
        Err(error) => Err(StartError::failed("the token is not accepted", error.clone())),
    }
}

const BARE_SECRET: &str = "The signature is right once quotes, blanks and line ends around the secrets are removed: the \
                           variable or file has characters that are not in the secret of Better Auth.\n";

/// Whether a secret would verify the signature without what an environment file can leave around it.
fn is_signed_with_bare_secret(settings: Settings, token: &str) -> bool {
    let verifier = settings
        .with_bare_secrets()
        .and_then(|settings| server::shared_secret(&settings, VerifierOptions::default()).ok().flatten());
    verifier.is_some_and(|verifier| {
        let verdict = System::new().block_on(verifier.verify(token));
        !matches!(verdict, Err(VerifyError::InvalidSignature))
    })
}

/// Without what is often copied with a token: the header name and scheme, quotes, the line break.
fn bare(input: &str) -> &str {
    let input = input.trim();
    let input = strip_prefix_ignoring_case(input, "authorization:").unwrap_or(input).trim_start();
    let input = strip_prefix_ignoring_case(input, "bearer ").unwrap_or(input).trim_start();
    input.strip_prefix('"').and_then(|input| input.strip_suffix('"')).unwrap_or(input)
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn verdict(report: &Report) -> String {
    match report.verdict() {
        Ok(identity) => format!("Accepted: the user is {:?}.\n", identity.user_id()),
        Err(error) if error.is_unavailable() => {
            format!("Could not be verified, response 503: {error}. See the log on standard error.\n")
        }
        Err(error) => format!("Rejected, response 401: {error}.\n"),
    }
}

//! Reads a token of the Better Auth at `BETTER_AUTH_URL` on standard input; prints the user's id, or why there is none.
//! With `BETTER_AUTH_SECRET` set, tokens under that secret are taken too.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;

use tasknook_auth::{AnyVerifier, Identity, TokenVerifier};

fn main() -> ExitCode {
    match bearer() {
        Ok(identity) => {
            println!("{}", identity.user_id());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn bearer() -> Result<Identity, Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let secrets = env::var("BETTER_AUTH_SECRET").into_iter().map(Into::into).collect();
    let verifier = AnyVerifier::for_better_auth_with_secrets(&url, secrets)?;
    let token = io::read_to_string(io::stdin())?;
    Ok(pollster::block_on(verifier.verify(token.trim()))?)
}

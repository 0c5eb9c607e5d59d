//! A real Better Auth over HTTP, the people who sign up to it, and the main job that goes through it.

mod person;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::program::run_to_exit;
use crate::scratch;
use crate::transcript::Transcript;

pub use person::Person;

const START_LIMIT: Duration = Duration::from_secs(30);
const JOB_LIMIT: Duration = Duration::from_mins(2);

/// How Better Auth signs the tokens for the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As it ships: `EdDSA`, and the keys at `/api/auth/jwks`.
    Shipped,
    /// With keys of another algorithm, named as in a token's header.
    Keys(&'static str),
    /// As it ships, with a new key every second; an old one is published for so many seconds more.
    Rotating {
        /// Better Auth's `gracePeriod`.
        grace_seconds: u32,
    },
    /// As it ships, with session cookies that are JWTs under the same keys.
    CookiesUnderTheKeys,
    /// HS256 with `BETTER_AUTH_SECRET`, by `jwt()` with a signer of one's own; its session cookies are JWTs under the
    /// same secret.
    SharedSecret,
    /// The same, by a plugin of one's own in place of `jwt()`.
    OwnPlugin,
}

impl Mode {
    /// Whether the tokens for the API are signed with the secret, and no keys are published.
    #[must_use]
    pub fn is_under_the_secret(self) -> bool {
        matches!(self, Self::SharedSecret | Self::OwnPlugin)
    }

    /// Whether session cookies are JWTs too.
    #[must_use]
    pub fn makes_cookies_tokens(self) -> bool {
        self.is_under_the_secret() || self == Self::CookiesUnderTheKeys
    }
}

/// A running Better Auth; stopped when dropped, and in any case when the test process ends.
pub struct BetterAuth {
    /// It stops when its standard input closes.
    node: Child,
    url: String,
    mode: Mode,
}

impl BetterAuth {
    /// The secret that it is configured with.
    pub const SECRET: &'static str = "an-end-to-end-secret-that-nobody-else-has";

    /// Starts one with no users.
    ///
    /// # Panics
    /// When Node or its packages are missing, with the command that installs them.
    #[must_use]
    #[track_caller]
    pub fn start(mode: Mode) -> Self {
        let mut command = script("server.mjs");
        match mode {
            Mode::Shipped => &mut command,
            Mode::Keys(algorithm) => command.args(["--algorithm", algorithm]),
            Mode::Rotating { grace_seconds } => {
                command.args(["--rotate-after", "1", "--grace", &grace_seconds.to_string()])
            }
            Mode::CookiesUnderTheKeys => command.arg("--cookies-under-the-keys"),
            Mode::SharedSecret => command.arg("--shared-secret"),
            Mode::OwnPlugin => command.arg("--own-plugin"),
        };
        let mut node = command
            .env("BETTER_AUTH_SECRET", Self::SECRET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node does not start ({error}): `apt-get install nodejs`"));
        scratch::watch(node.id(), "KILL");
        let stdout = Transcript::of(node.stdout.take().unwrap());
        let stderr = Transcript::of(node.stderr.take().unwrap());
        let listening = |line: &str| line.strip_prefix("listening ").map(str::to_owned);
        let url = stdout.wait_for(START_LIMIT, listening);
        let url =
            url.unwrap_or_else(|why| panic!("Better Auth does not start ({why:?})\n{stdout}\n{stderr}"));
        Self { node, url, mode }
    }

    /// Its base URL, which is the issuer and the audience of its tokens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How it signs.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Signs a new user up, as a browser does, and collects every token that they are given.
    ///
    /// # Panics
    /// When one of them is missing.
    #[must_use]
    #[track_caller]
    pub fn sign_up(&self, name: &str) -> Person {
        Person::sign_up(&self.url, name)
    }

    /// Signs users up and drives a service through every route as its official client does, and tells how many
    /// checks were made.
    ///
    /// # Panics
    /// With what failed.
    #[must_use]
    #[track_caller]
    pub fn main_job(&self, service: &str) -> u32 {
        let mut command = script("main-job.mjs");
        command.env("BETTER_AUTH_URL", &self.url).env("BETTER_AUTH_SECRET", Self::SECRET);
        if self.mode.makes_cookies_tokens() {
            command.arg("--cookies-are-tokens");
        }
        let exit = run_to_exit(command.env("TASKNOOK_URL", service), JOB_LIMIT).success();
        let checks = |line: &str| line.strip_suffix(" checks passed")?.parse().ok();
        exit.stdout.lines().find_map(checks).unwrap_or_else(|| panic!("no summary in {}", exit.stdout))
    }
}

impl Drop for BetterAuth {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
        scratch::forget(self.node.id());
    }
}

fn script(name: &str) -> Command {
    let folder = folder();
    assert!(
        folder.join("node_modules/better-auth").exists(),
        "Better Auth is not installed: `make test` installs it, or `npm ci --prefix tests/better-auth` by hand",
    );
    let mut command = Command::new("node");
    command.arg(name).current_dir(folder).env("BETTER_AUTH_TELEMETRY", "0").env_remove("NODE_ENV");
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("better-auth")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::Client;

    fn keys(mode: Mode) -> (u16, Value) {
        let server = BetterAuth::start(mode);
        let answer = Client::new(server.url()).get("/api/auth/jwks");
        (answer.status, if answer.status == 200 { answer.json() } else { Value::Null })
    }

    #[test]
    fn publishes_its_keys_as_it_ships() {
        let (status, keys) = keys(Mode::Shipped);
        assert_eq!(status, 200);
        assert_eq!(keys.pointer("/keys/0/alg"), Some(&Value::from("EdDSA")), "{keys}");
    }

    #[test]
    fn publishes_keys_of_the_algorithm_asked_for() {
        for algorithm in ["ES256", "ES512", "RS256", "PS256"] {
            assert_eq!(keys(Mode::Keys(algorithm)).1.pointer("/keys/0/alg"), Some(&Value::from(algorithm)));
        }
    }

    #[test]
    fn publishes_no_keys_when_it_signs_with_the_secret() {
        for mode in [Mode::SharedSecret, Mode::OwnPlugin] {
            assert_eq!(keys(mode).0, 404, "{mode:?}");
        }
    }
}

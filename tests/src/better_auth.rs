//! A real Better Auth over HTTP, and its users.

mod user;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::cleanup;
use crate::output::Output;
use crate::process::run_to_exit;

pub use user::User;

const START_LIMIT: Duration = Duration::from_secs(30);
const RUN_LIMIT: Duration = Duration::from_mins(2);

/// How Better Auth signs the tokens for the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The default: `EdDSA`, and the keys at `/api/auth/jwks`.
    Default,
    /// With keys of another algorithm, named as in a token's header.
    Keys(&'static str),
    /// The default with a new key every second.
    Rotating {
        /// Better Auth's `gracePeriod`: how long an old key stays published.
        grace_seconds: u32,
    },
    /// The default with session cookies that are JWTs under the same keys.
    JwtCookies,
    /// The default with the admin plugin: the user of the name `admin` has the roles `user` and `admin`, others `user`.
    Admins,
    /// HS256 with `BETTER_AUTH_SECRET`, by `jwt()` with a custom signer; its session cookies are JWTs under the
    /// same secret.
    SharedSecret,
    /// The same, by a custom plugin in place of `jwt()`.
    CustomPlugin,
}

impl Mode {
    /// Whether the tokens for the API are signed with the secret, and no keys are published.
    #[must_use]
    pub fn uses_secret(self) -> bool {
        matches!(self, Self::SharedSecret | Self::CustomPlugin)
    }

    /// Whether session cookies are JWTs too.
    #[must_use]
    pub fn has_jwt_cookies(self) -> bool {
        self.uses_secret() || self == Self::JwtCookies
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
    /// Its configured secret.
    pub const SECRET: &'static str = "an-end-to-end-secret-for-these-tests-only";

    /// Starts one with no users.
    ///
    /// # Panics
    /// When Node or its packages are missing, with the command that installs them.
    #[must_use]
    #[track_caller]
    pub fn start(mode: Mode) -> Self {
        let mut command = script("server.mjs");
        match mode {
            Mode::Default => &mut command,
            Mode::Keys(algorithm) => command.args(["--algorithm", algorithm]),
            Mode::Rotating { grace_seconds } => {
                command.args(["--rotate-after", "1", "--grace", &grace_seconds.to_string()])
            }
            Mode::Admins => command.arg("--admins"),
            Mode::JwtCookies => command.arg("--cookies-under-the-keys"),
            Mode::SharedSecret => command.arg("--shared-secret"),
            Mode::CustomPlugin => command.arg("--own-plugin"),
        };
        let mut node = command
            .env("BETTER_AUTH_SECRET", Self::SECRET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node does not start ({error}): `apt-get install nodejs`"));
        cleanup::kill_on_exit(node.id(), "KILL");
        let stdout = Output::of(node.stdout.take().unwrap());
        let stderr = Output::of(node.stderr.take().unwrap());
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

    /// Signs a new user up, as a browser does, and collects all of the user's tokens.
    ///
    /// # Panics
    /// When one of them is missing.
    #[must_use]
    #[track_caller]
    pub fn sign_up(&self, name: &str) -> User {
        User::sign_up(&self.url, name)
    }

    /// Signs users up and calls every route of a service, with the official client. Returns the number of
    /// checks.
    ///
    /// # Panics
    /// With the check that failed.
    #[must_use]
    #[track_caller]
    pub fn call_every_route(&self, service: &str) -> u32 {
        let mut command = script("every-route.mjs");
        command.env("BETTER_AUTH_URL", &self.url).env("BETTER_AUTH_SECRET", Self::SECRET);
        if self.mode.has_jwt_cookies() {
            command.arg("--cookies-are-tokens");
        }
        let exit = run_to_exit(command.env("TASKNOOK_URL", service), RUN_LIMIT).success();
        let checks = |line: &str| line.strip_suffix(" checks passed")?.parse().ok();
        exit.stdout.lines().find_map(checks).unwrap_or_else(|| panic!("no summary in {}", exit.stdout))
    }
}

impl Drop for BetterAuth {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
        cleanup::release(self.node.id());
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
        let response = Client::new(server.url()).get("/api/auth/jwks");
        (response.status, if response.status == 200 { response.json() } else { Value::Null })
    }

    #[test]
    fn default_mode_publishes_eddsa_keys() {
        let (status, keys) = keys(Mode::Default);
        assert_eq!(status, 200);
        assert_eq!(keys.pointer("/keys/0/alg"), Some(&Value::from("EdDSA")), "{keys}");
    }

    #[test]
    fn keys_have_the_requested_algorithm() {
        for algorithm in ["ES256", "ES512", "RS256", "PS256"] {
            assert_eq!(keys(Mode::Keys(algorithm)).1.pointer("/keys/0/alg"), Some(&Value::from(algorithm)));
        }
    }

    #[test]
    fn secret_modes_publish_no_keys() {
        for mode in [Mode::SharedSecret, Mode::CustomPlugin] {
            assert_eq!(keys(mode).0, 404, "{mode:?}");
        }
    }
}

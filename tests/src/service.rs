//! The real binary, in a folder of its own, on a port that happens to be free.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use serde_json::Value;

use crate::binary;
use crate::client::Client;
use crate::process::{Exit, Running, run_to_exit};
use crate::{cleanup, output::Output};

const START_LIMIT: Duration = Duration::from_secs(20);
/// Longer than the shutdown timeout.
const STOP_LIMIT: Duration = Duration::from_secs(40);

/// The limits of users and addresses, which 0 turns off.
const UNLIMITED: [&str; 4] = [
    "TASKNOOK_LIMITS__REQUESTS_PER_SECOND",
    "TASKNOOK_LIMITS__CONCURRENT_REQUESTS_PER_OWNER",
    "TASKNOOK_LIMITS__FAILED_AUTHENTICATIONS_PER_SECOND",
    "TASKNOOK_LIMITS__TASKS_PER_OWNER",
];

/// The environment of the binary: a working folder, and these variables only.
#[derive(Clone)]
pub struct Environment {
    program: Option<PathBuf>,
    folder: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Default for Environment {
    fn default() -> Self {
        Self::new()
    }
}

impl Environment {
    /// A new folder, any free port, a log in JSON, no delay of the shutdown, and no limits: one user and one address send
    /// and have more in these tests than clients do.
    #[must_use]
    pub fn new() -> Self {
        let bare = Self { program: None, folder: cleanup::folder("service"), variables: BTreeMap::new() };
        UNLIMITED
            .iter()
            .fold(bare, |environment, name| environment.set(name, "0"))
            .set("TASKNOOK_SERVER__PORT", "0")
            .set("TASKNOOK_SERVER__DRAIN_DELAY_SECONDS", "0")
            .set("TASKNOOK_LOG__FORMAT", "json")
    }

    /// The same with the default limits.
    #[must_use]
    pub fn with_default_limits(self) -> Self {
        UNLIMITED.iter().fold(self, |environment, name| environment.unset(name))
    }

    /// The same with another binary, in place of the one in the profile of these tests.
    #[must_use]
    pub fn of(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// The same with a variable more, or changed.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// The same without a variable.
    #[must_use]
    pub fn unset(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// The working folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The command of the binary with these variables.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = self.program.as_deref().unwrap_or_else(|| binary::service());
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder).env_clear().envs(&self.variables);
        command
    }

    /// Starts `serve` and waits until it accepts connections.
    ///
    /// # Panics
    /// With its log, when it does not within 20 s.
    #[must_use]
    #[track_caller]
    pub fn serve(&self) -> Service {
        self.begin().ready()
    }

    /// The same through `env` (coreutils) with this option, such as `--default-signal=HUP`.
    ///
    /// # Panics
    /// As `serve`.
    #[must_use]
    #[track_caller]
    pub fn serve_through_env(&self, option: &str) -> Service {
        let serve = self.command(&["serve"]);
        let mut command = Command::new("env");
        command.arg(option).arg(serve.get_program()).args(serve.get_args());
        command.current_dir(&self.folder).env_clear().envs(&self.variables);
        Starting::of(&mut command).ready()
    }

    /// Starts `serve` without waiting for it.
    #[must_use]
    pub fn begin(&self) -> Starting {
        Starting::of(&mut self.command(&["serve"]))
    }

    /// Runs one command to its end.
    ///
    /// # Panics
    /// When it still runs after 20 s.
    #[must_use]
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Exit {
        run_to_exit(&mut self.command(arguments), START_LIMIT)
    }

    /// A token for a user, by the binary's own command.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    #[track_caller]
    pub fn token(&self, user: &str) -> String {
        let stdout = self.run(&["token", "--user", user]).success().stdout;
        let token = stdout.trim();
        assert_eq!(token.split('.').count(), 3, "not a token: {token}");
        token.to_owned()
    }
}

/// A service that was started and may not be ready yet.
pub struct Starting {
    running: Running,
}

impl Starting {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self { running: Running::start(command) }
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> &Output {
        &self.running.stderr
    }

    /// Waits until it accepts connections.
    ///
    /// # Panics
    /// With its log, when it ends first, or does not within 20 s.
    #[must_use]
    #[track_caller]
    pub fn ready(self) -> Service {
        let address = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            line.get("address")?.as_str().filter(|address| address.starts_with("http")).map(str::to_owned)
        };
        match self.running.stderr.wait_for(START_LIMIT, address) {
            Ok(url) => Service { running: self.running, url },
            Err(why) => panic!("the service does not listen ({why:?})\n{}", self.running.stderr),
        }
    }
}

/// A service that accepts connections; killed when dropped.
pub struct Service {
    running: Running,
    url: String,
}

impl Service {
    /// Its base address, as `http://127.0.0.1:41233`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port, for a plain connection.
    #[must_use]
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://").trim_end_matches('/')
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.url.trim_end_matches('/'))
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> &Output {
        &self.running.stderr
    }

    /// The memory of its process.
    ///
    /// # Panics
    /// When it has ended already.
    #[must_use]
    pub fn resident_bytes(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim_end_matches("kB").trim().parse::<usize>().unwrap() << 10
    }

    /// Sends SIGTERM, without waiting.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn terminate(&self) {
        cleanup::signal(self.id(), "TERM");
    }

    /// Waits for its end after [`Service::terminate`].
    ///
    /// # Panics
    /// With its log, when it does not end within 40 s.
    #[must_use]
    #[track_caller]
    pub fn ended(mut self) -> ExitStatus {
        let Some(status) = self.running.wait(STOP_LIMIT) else {
            panic!("the service does not stop\n{}", self.running.stderr);
        };
        status
    }

    /// Stops it as an operator does.
    ///
    /// # Panics
    /// When it does not stop, or not well.
    #[track_caller]
    pub fn stop(self) {
        let log = self.log().clone();
        self.terminate();
        let status = self.ended();
        assert!(status.success(), "the service ended with {status}\n{log}");
    }

    /// Ends it as a crash does.
    pub fn kill(mut self) {
        self.running.kill();
    }
}

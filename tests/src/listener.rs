//! Any other server that prints its address on standard error.

use std::process::Command;
use std::time::Duration;

use crate::cleanup;
use crate::client::Client;
use crate::output::Output;
use crate::process::Running;

const START_LIMIT: Duration = Duration::from_secs(20);
/// Longer than a server with child processes takes.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// A server; ended in order when dropped, so that its own children end too.
pub struct Server {
    running: Running,
}

impl Server {
    /// Starts the command without waiting for it.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let running = Running::start(command);
        cleanup::kill_on_exit(running.id(), "TERM");
        Self { running }
    }

    /// Its standard error.
    #[must_use]
    pub fn log(&self) -> &Output {
        &self.running.stderr
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if cleanup::kill(self.id(), "TERM") {
            // A process that does not end is killed.
            let _ = self.running.wait(STOP_LIMIT);
        }
    }
}

/// A server that accepts connections at a URL, which it prints.
pub struct Listener {
    server: Server,
    url: String,
}

impl Listener {
    /// Starts the command and waits for a line in which the URL follows `marker`.
    ///
    /// # Panics
    /// With its output, when there is none within 20 s.
    #[must_use]
    #[track_caller]
    pub fn start(command: &mut Command, marker: &str) -> Self {
        let server = Server::start(command);
        let address = |line: &str| Some(line.split_once(marker)?.1.split_whitespace().next()?.to_owned());
        match server.log().wait_for(START_LIMIT, address) {
            Ok(url) => Self { server, url },
            Err(why) => panic!("{command:?} does not listen ({why:?})\n{}", server.log()),
        }
    }

    /// Its base address, as `http://127.0.0.1:41233`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.server.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listener_reads_the_url_after_the_marker() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo hello >&2; echo at http://localhost:1 now >&2; exec sleep 60"]);
        assert_eq!(Listener::start(&mut command, "at ").url(), "http://localhost:1");
    }
}

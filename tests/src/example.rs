//! The example programs of the auth crate.

use std::process::Command;
use std::time::Duration;

use crate::binary;
use crate::client::Client;
use crate::process::Running;

const START_LIMIT: Duration = Duration::from_secs(20);

/// An example with these environment variables alone.
#[must_use]
pub fn example(name: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary::example(name));
    command.env_clear().envs(variables.iter().copied());
    command
}

/// An example that serves; killed when dropped.
pub struct ExampleService {
    _running: Running,
    address: String,
    client: Client,
}

impl ExampleService {
    /// Starts it and waits until it accepts connections.
    ///
    /// # Panics
    /// With its output, when it does not within 20 s.
    #[must_use]
    #[track_caller]
    pub fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        let running = Running::start(&mut example(name, variables));
        let listening = |line: &str| line.strip_prefix("listening http://").map(str::to_owned);
        match running.stdout.wait_for(START_LIMIT, listening) {
            Ok(address) => {
                Self { _running: running, client: Client::new(&format!("http://{address}")), address }
            }
            Err(why) => panic!("{name} does not listen ({why:?})\n{}\n{}", running.stdout, running.stderr),
        }
    }

    /// Its host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

//! Running a program to its end, with a limit.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::cleanup;
use crate::output::Output;

/// The exit code and the outputs of a program.
pub struct Exit {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
    /// From its start to its end.
    pub elapsed: Duration,
}

impl Exit {
    /// The same exit, when it was a success.
    ///
    /// # Panics
    /// With both outputs, when it was not.
    #[must_use]
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.code, Some(0), "it failed\n{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// A program that runs, with its outputs; killed when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) stdout: Output,
    pub(crate) stderr: Output,
}

impl Running {
    /// Starts the program, reads both outputs, and gives it no input.
    pub(crate) fn start(command: &mut Command) -> Self {
        let named = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{named} does not start: {error}"));
        cleanup::kill_on_exit(child.id(), "KILL");
        let stdout = Output::of(child.stdout.take().unwrap());
        let stderr = Output::of(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end; `None` when it still runs after the limit.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        if !self.stdout.ends_within(limit) || !self.stderr.ends_within(deadline - Instant::now()) {
            return None;
        }
        let status = self.child.wait().unwrap();
        cleanup::release(self.id());
        Some(status)
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        // Both fail only for a child that was waited for already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        cleanup::release(self.id());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs the command to its end.
///
/// # Panics
/// When it does not start, or still runs after the limit.
#[must_use]
#[track_caller]
pub fn run_to_exit(command: &mut Command, limit: Duration) -> Exit {
    let started = Instant::now();
    let mut running = Running::start(command);
    let Some(status) = running.wait(limit) else {
        panic!("{command:?} still ran after {limit:?}\n{}\n{}", running.stdout, running.stderr);
    };
    Exit {
        code: status.code(),
        stdout: running.stdout.text(),
        stderr: running.stderr.text(),
        elapsed: started.elapsed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    #[test]
    fn exit_has_the_code_and_both_outputs() {
        let exit = run_to_exit(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]), LIMIT);
        assert_eq!((exit.code, exit.stdout.as_str(), exit.stderr.as_str()), (Some(3), "out", "err"));
    }

    #[test]
    #[should_panic(expected = "still ran after")]
    fn run_to_exit_kills_a_program_after_the_limit() {
        let _ = run_to_exit(Command::new("sleep").arg("60"), Duration::from_millis(50));
    }
}

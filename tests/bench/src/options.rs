//! The command-line options.

use std::time::Duration;

pub(crate) const USAGE: &str = "\
Usage: tasknook-bench [--only TEXT] [--rounds N] [--seconds N] [--list]

  --only TEXT    measure the rows whose names contain TEXT, and leave docs/explanation/performance.md unchanged
  --rounds N     rounds (default 5)
  --seconds N    seconds for each subject in each round (default 3)
  --list         list the rows and exit";

pub(crate) struct Options {
    /// Only the rows whose names contain this text, ignoring case.
    pub(crate) only: Option<String>,
    pub(crate) rounds: usize,
    /// How long each subject is measured in each round.
    pub(crate) seconds: u64,
    /// List the rows and exit.
    pub(crate) list: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Self {
        let mut options = Self { only: None, rounds: 5, seconds: 3, list: false };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let mut value = || rest.next().unwrap_or_else(|| panic!("{name} needs a value\n{USAGE}"));
            match name.as_str() {
                "--only" => options.only = Some(value().clone()),
                "--rounds" => options.rounds = value().parse().expect("--rounds is a number"),
                "--seconds" => options.seconds = value().parse().expect("--seconds is a number"),
                "--list" => options.list = true,
                other => panic!("unknown option {other}\n{USAGE}"),
            }
        }
        assert!(options.rounds > 0 && options.seconds > 0, "nothing to measure\n{USAGE}");
        options
    }

    /// How long a subject is loaded before it is measured: longer in the first round, when its caches are empty.
    pub(crate) fn warm_up(round: usize) -> Duration {
        Duration::from_secs(if round == 0 { 2 } else { 1 })
    }

    pub(crate) fn measured(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

//! What the command line chooses.

use std::time::Duration;

const USAGE: &str = "bench [--only PART-OF-A-ROW'S-NAME] [--rounds N] [--seconds N] [--list]";

pub(crate) struct Options {
    /// Only the rows whose names hold this, in either case.
    pub(crate) only: Option<String>,
    pub(crate) rounds: usize,
    /// How long each contender is measured in each round.
    pub(crate) seconds: u64,
    /// Names the rows and measures nothing.
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
                other => panic!("{other} is no option\n{USAGE}"),
            }
        }
        assert!(options.rounds > 0 && options.seconds > 0, "nothing to measure\n{USAGE}");
        options
    }

    /// How long a contender is loaded before it is measured: the first time it has everything still to learn.
    pub(crate) fn warm_up(round: usize) -> Duration {
        Duration::from_secs(if round == 0 { 2 } else { 1 })
    }

    pub(crate) fn measured(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

//! HTTP load, by `wrk`.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{folder, run_to_exit};

use crate::context::Context;
use crate::dataset::{self, DESCRIPTION, ID_PREFIX, TITLE};
use crate::load::{Load, Work};

/// A load as `wrk` reads it.
pub(crate) struct Script {
    file: PathBuf,
    connections: u32,
}

/// The outcome of a load.
pub(crate) struct Outcome {
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
}

impl Script {
    pub(crate) fn new(context: &Context, load: &Load) -> Self {
        let file = folder("load").join("load.lua");
        fs::write(&file, text(context, load)).unwrap();
        Self { file, connections: load.connections }
    }

    /// Loads the server for a while; an error describes the responses that failed.
    pub(crate) fn run(&self, url: &str, time: Duration) -> Result<Outcome, String> {
        let threads = self.connections.min(2).to_string();
        let mut wrk = Command::new("wrk");
        wrk.args(["-t", &threads, "-c", &self.connections.to_string()])
            .args(["-d", &format!("{}s", time.as_secs()), "--timeout", "30s", "-s"])
            .arg(&self.file)
            .arg(url);
        let exit = run_to_exit(&mut wrk, time + Duration::from_mins(1)).success();
        outcome(&exit.stdout)
            .unwrap_or_else(|| panic!("wrk prints no result\n{}{}", exit.stdout, exit.stderr))
    }
}

fn outcome(stdout: &str) -> Option<Result<Outcome, String>> {
    let line = stdout.lines().find_map(|line| line.strip_prefix("RESULT "))?;
    let numbers: Option<Vec<f64>> = line.split_whitespace().map(|number| number.parse().ok()).collect();
    let [requests, micros, rejected, broken, median, p99] = numbers?.try_into().ok()?;
    Some(if rejected + broken > 0.0 {
        Err(format!("{rejected} of {requests} responses are not 2xx, {broken} failed"))
    } else {
        let [median_ms, p99_ms] = [median / 1e3, p99 / 1e3];
        Ok(Outcome { requests, seconds: micros / 1e6, median_ms, p99_ms })
    })
}

fn text(context: &Context, load: &Load) -> String {
    let work = match load.work {
        Work::One => "one",
        Work::List => "list",
        Work::Create => "create",
        Work::Bulk => "bulk",
        Work::Update => "update",
        Work::Mix => "mix",
    };
    let body = json!({"title": TITLE, "description": DESCRIPTION});
    let mut text = format!(
        "load = {{ work = '{work}', tasks_each = {}, id_prefix = '{ID_PREFIX}', body = '{body}',\n\
         changes = {{ '{}', '{}' }}, owners = {{\n",
        load.dataset.tasks_each,
        json!({"completed": true}),
        json!({"completed": false}),
    );
    for number in 1..=load.owners() {
        let owner = dataset::owner(number);
        let token = context.issuer.token(load.algorithm, &owner);
        writeln!(text, "{{ id = '{owner}', token = '{token}' }},").unwrap();
    }
    text + "} }\n" + include_str!("wrk.lua")
}

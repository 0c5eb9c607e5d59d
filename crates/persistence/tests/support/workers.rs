//! A workload in several processes: the test binary starts itself again, with a part of the workload in each.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use domain::TaskRepository;
use serde::{Deserialize, Serialize};

use crate::linearizability::Event;
use crate::workload::{Workload, seed};

const PROCESSES: u64 = 3;
const ACTORS_OF_EACH: u64 = 64;
const ROUNDS: u64 = 24;

/// The variable with the part of a process.
const PART: &str = "TASKNOOK_MODEL_PART";

#[derive(Serialize, Deserialize)]
struct Part {
    url: String,
    workload: Workload,
    history: PathBuf,
}

/// Has processes call that are this binary with `worker`, the name of an ignored test that calls [`work`]. Gives the
/// whole workload and what all of them were answered.
pub(crate) fn run(worker: &str, url: &str) -> (Workload, Vec<Event>) {
    let folder = tempfile::tempdir().unwrap();
    let actors = 0..PROCESSES * ACTORS_OF_EACH;
    let all = Workload { seed: seed(), actors, rounds: ROUNDS };
    let parts: Vec<Part> = (0..PROCESSES).map(|number| part(&all, number, url, folder.path())).collect();
    let mut processes: Vec<Child> = parts.iter().map(|part| start(worker, part)).collect();
    // They begin when their input ends.
    let inputs: Vec<_> = processes.iter_mut().map(|process| process.stdin.take()).collect();
    drop(inputs);
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let read = |part: &Part| serde_json::from_slice(&fs::read(&part.history).unwrap()).unwrap();
    let histories: Vec<Vec<Event>> = parts.iter().map(read).collect();
    let begun = histories.iter().map(|events| events.iter().map(|event| event.begun).min().unwrap());
    let ended = histories.iter().map(|events| events.iter().map(|event| event.ended).max().unwrap());
    assert!(begun.max() < ended.min(), "they did not run at the same time");
    (all, histories.concat())
}

fn part(all: &Workload, number: u64, url: &str, folder: &Path) -> Part {
    let first = number * ACTORS_OF_EACH;
    let workload = Workload { actors: first..first + ACTORS_OF_EACH, ..all.clone() };
    Part { url: url.to_owned(), workload, history: folder.join(format!("{number}.json")) }
}

fn start(worker: &str, part: &Part) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([worker, "--exact", "--ignored", "--nocapture"])
        .env(PART, serde_json::to_string(part).unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What each process does: calls the repository at this URL, and writes down what it was answered.
pub(crate) fn work(open: impl FnOnce(&str) -> Arc<dyn TaskRepository>) {
    let Some(part) = env::var_os(PART) else {
        panic!("this is no test, but a process that another one starts")
    };
    let Part { url, workload, history } = serde_json::from_str(part.to_str().unwrap()).unwrap();
    let repository = open(&url);
    let _ = io::stdin().read_to_end(&mut Vec::new()).unwrap();
    let events = workload.run(&*repository);
    serde_json::to_writer(File::create(history).unwrap(), &events).unwrap();
}

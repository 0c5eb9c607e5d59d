use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tasknook_tests::short_or_soak;

use super::history::Counts;
use super::{Fault, Planted, Weakness, run};

/// How many schedules are simulated.
const SCHEDULES: u64 = 2_000;

/// How many schedules find each planted fault; the search ends with the first one that does.
const SCHEDULES_WITH_FAULT: u64 = 50_000;

/// The variable with the seed of the one schedule to run.
const SEED: &str = "TASKNOOK_SIMULATION_SEED";

/// The first seed that fails in this way, and the counts of the schedules that did not.
fn find_failure(schedules: u64, fault: Option<Fault>, how: &str) -> (Option<(u64, String)>, Vec<Counts>) {
    let next = AtomicU64::new(0);
    let found = Mutex::new((None, Vec::new()));
    let search = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= schedules {
                return;
            }
            let result = run(seed, fault, false);
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            match result {
                Ok(schedule) => found.1.push(schedule.counts),
                Err(wrong) if !wrong.contains(how) => found.1.push(Counts::default()),
                Err(wrong) => {
                    next.store(schedules, Ordering::Relaxed);
                    if found.0.as_ref().is_none_or(|(first, _)| seed < *first) {
                        found.0 = Some((seed, wrong));
                    }
                }
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(4);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(search);
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

const STORED_TWICE: &str = "a batch was stored twice";

const NOT_WHAT_WAS_CALLED: &str = "the stored rows are not the result of the calls";

fn assert_right(schedules: u64) -> Vec<Counts> {
    if let Some(seed) = env::var_os(SEED) {
        let seed = seed.to_str().and_then(|text| text.parse().ok()).expect("a seed is a number");
        run(seed, None, true).unwrap_or_else(|wrong| panic!("{SEED}={seed}: {wrong}"));
        return Vec::new();
    }
    let (failure, counts) = find_failure(schedules, None, "");
    if let Some((seed, wrong)) = failure {
        panic!("{SEED}={seed}: {wrong}");
    }
    counts
}

fn assert_found(fault: Fault, how: &str) {
    let (failure, right) = find_failure(SCHEDULES_WITH_FAULT, Some(fault), how);
    let (seed, wrong) = failure.unwrap_or_else(|| panic!("{fault:?} was not found"));
    println!("{fault:?} after {} schedules, seed {seed}: {wrong}", right.len() + 1);
}

#[test]
fn simulated_writes_are_linearizable() {
    let counts = assert_right(short_or_soak(SCHEDULES, 100_000));
    // A schedule that runs alone need not contain everything.
    if let Some(total) = counts.into_iter().reduce(Counts::plus) {
        println!("{total:?}");
        assert!(total.all_occurred(), "{total:?}");
    }
}

#[test]
fn a_seed_determines_the_schedule() {
    for seed in 0..20 {
        let run = || run(seed, None, false).unwrap();
        let (one, other) = (run(), run());
        assert_eq!(one.trace.digest, other.trace.digest, "seed {seed}");
        assert_eq!(one.server.log.len(), other.server.log.len(), "seed {seed}");
    }
}

#[test]
fn a_missing_guard_is_found() {
    assert_found(Fault::Server(Weakness::NoGuard), NOT_WHAT_WAS_CALLED);
}

#[test]
fn a_guard_by_revision_alone_is_found() {
    assert_found(Fault::Server(Weakness::RevisionGuard), NOT_WHAT_WAS_CALLED);
}

#[test]
fn a_resurrected_owner_is_found() {
    assert_found(Fault::Server(Weakness::Resurrection), NOT_WHAT_WAS_CALLED);
}

#[test]
fn a_stale_cache_is_found() {
    assert_found(Fault::Executor(Planted::KeptCache), "a call failed");
}

#[test]
fn a_key_that_is_not_looked_up_is_found() {
    assert_found(Fault::Executor(Planted::UnreadKeys), NOT_WHAT_WAS_CALLED);
}

#[test]
fn an_early_rejection_is_found() {
    assert_found(Fault::Executor(Planted::EarlyRejection), "an answer was never right");
}

#[test]
fn a_rejection_from_the_cache_is_found() {
    assert_found(Fault::Executor(Planted::CachedRejection), "an answer was never right");
}

#[test]
fn a_later_order_is_found() {
    assert_found(Fault::Executor(Planted::LaterOrder), "an answer was never right");
}

#[test]
fn a_lost_store_decided_again_is_found() {
    assert_found(Fault::Server(Weakness::LossAsConflict), STORED_TWICE);
}

#[test]
fn an_unrecognized_last_store_is_found() {
    assert_found(Fault::Server(Weakness::NoWriteId), STORED_TWICE);
}

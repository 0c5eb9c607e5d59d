//! Processor time and memory of a process and all that it started, from `/proc` (proc(5)).

use std::fs;
use std::time::{Duration, Instant};

use tasknook_tests::eventually;

/// `/proc` counts time in these parts of a second on every architecture (`USER_HZ`).
const TICKS_A_SECOND: f64 = 100.0;

/// The processor time that a process and its descendants have used so far, in seconds, those that have ended
/// included.
pub(crate) fn seconds(root: u32) -> f64 {
    let used = |process: &u32| stat(*process).map_or(0.0, |stat| stat.ticks);
    tree(root).iter().map(used).sum::<f64>() / TICKS_A_SECOND
}

/// The most memory that each of them has had resident, summed up, in MiB.
pub(crate) fn peak_mebibytes(root: u32) -> f64 {
    tree(root).iter().filter_map(|process| peak_kibibytes(*process)).sum::<f64>() / 1024.0
}

/// Waits until they have used no time for a tenth of a second; at most 10 s.
pub(crate) fn settle(root: u32) {
    let mut last = (seconds(root), Instant::now());
    let _ = eventually(Duration::from_secs(10), || {
        let used = seconds(root);
        if used > last.0 {
            last = (used, Instant::now());
        }
        (last.1.elapsed() > Duration::from_millis(100)).then_some(())
    });
}

struct Stat {
    parent: u32,
    ticks: f64,
}

fn stat(process: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in front may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    // utime, stime, cutime and cstime are the fields 14 to 17, counted from the one in front of the name.
    let ticks = fields.get(11..15)?.iter().filter_map(|field| field.parse::<f64>().ok()).sum();
    Some(Stat { parent: fields.get(1)?.parse().ok()?, ticks })
}

fn tree(root: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let all: Vec<(u32, u32)> = entries
        .filter_map(|entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            Some((process, stat(process)?.parent))
        })
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all.iter().filter(|(_, of)| *of == parent).map(|(process, _)| process));
        next += 1;
    }
    found
}

fn peak_kibibytes(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}

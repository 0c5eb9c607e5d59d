//! Failures of the primary under `pg_auto_failover`, with writers at work.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{
    AutoFailover, BetterAuth, Client, Environment, Service, SetOnDrop, eventually, short_or_soak,
};

use crate::database::caller;

const WRITERS: usize = 4;
const LIMIT: Duration = Duration::from_mins(2);
/// How long the writers are at work before and after each fault.
const BESIDE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(2);
const PAUSE_AFTER_503: Duration = Duration::from_millis(50);

/// What happens to the primary.
#[derive(Debug, Clone, Copy)]
enum Fault {
    SwitchOver,
    PostgresKilled,
    Frozen,
    FencedInPlace,
    NodeKilled,
}

#[test]
fn failovers_lose_no_acknowledged_write() {
    if !AutoFailover::is_installed() {
        println!(
            "not run: pg_auto_failover is not installed (pg-auto-failover-cli, postgresql-N-auto-failover)"
        );
        return;
    }
    // The soak has the timers that users have.
    let mut cluster = AutoFailover::start(short_or_soak(true, false));
    let environment =
        Environment::new().set("DATABASE_URL", cluster.url()).set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    let mut acknowledged = BTreeSet::new();
    for fault in
        [Fault::SwitchOver, Fault::PostgresKilled, Fault::Frozen, Fault::FencedInPlace, Fault::NodeKilled]
    {
        let old = cluster.primary().unwrap();
        let load = Load::of(&environment, &service, fault);
        let written = load.during(|written| {
            cause(&mut cluster, fault, old);
            // Written again means that two more writes are acknowledged than could have been begun before the fault.
            let begun = written() + WRITERS;
            let resumed = eventually(LIMIT, || (written() > begun + 1).then_some(()));
            assert!(resumed.is_some(), "{fault:?}: {}\n{}", cluster.state(), service.log());
            if let Fault::SwitchOver | Fault::FencedInPlace | Fault::Frozen | Fault::NodeKilled = fault {
                let moved = eventually(LIMIT, || (cluster.primary() == Some(1 - old)).then_some(()));
                assert!(moved.is_some(), "{fault:?}: {}\n{}", cluster.state(), service.log());
            }
        });
        repair(&mut cluster, fault, old);
        cluster.await_both();
        let rows = cluster.query(cluster.primary().unwrap(), "select title from tasks");
        acknowledged.extend(written.titles);
        let stored: Vec<&str> = rows.lines().collect();
        let distinct: BTreeSet<&str> = stored.iter().copied().collect();
        assert_eq!(stored.len(), distinct.len(), "{fault:?}: a write is there twice");
        let lost: Vec<_> = acknowledged.iter().filter(|title| !distinct.contains(title.as_str())).collect();
        assert!(lost.is_empty(), "{fault:?}: lost {lost:?}\n{}", cluster.log());
        println!(
            "{fault:?}: no write for {:.1} s, {} rejected, {} acknowledged so far, {} more stored",
            written.interruption.as_secs_f64(),
            written.rejected,
            acknowledged.len(),
            stored.len() - acknowledged.len(),
        );
    }
    let ready = eventually(LIMIT, || (service.client().get("/readyz").status == 200).then_some(()));
    assert!(ready.is_some(), "{}", service.log());
    service.stop();
}

fn cause(cluster: &mut AutoFailover, fault: Fault, old: usize) {
    match fault {
        Fault::SwitchOver => cluster.switch_over(),
        Fault::PostgresKilled => cluster.kill_postgres(old),
        Fault::Frozen => cluster.freeze(old),
        Fault::FencedInPlace => {
            cluster.fence(old, true);
            cluster.switch_over();
        }
        Fault::NodeKilled => cluster.kill(old),
    }
}

/// The old primary comes back, and becomes the standby.
fn repair(cluster: &mut AutoFailover, fault: Fault, old: usize) {
    match fault {
        Fault::SwitchOver | Fault::PostgresKilled => {}
        Fault::Frozen => cluster.thaw(old),
        Fault::FencedInPlace => {
            cluster.await_both();
            cluster.fence(old, false);
        }
        Fault::NodeKilled => cluster.start_again(old),
    }
}

/// Writers that send one create after the other, each with a title of its own.
struct Load {
    clients: Vec<Client>,
    fault: Fault,
}

/// What they wrote.
struct Written {
    titles: Vec<String>,
    rejected: usize,
    /// The longest time between two acknowledgements.
    interruption: Duration,
}

impl Load {
    fn of(environment: &Environment, service: &Service, fault: Fault) -> Self {
        let client = |number| caller(environment, service, &format!("writer-{number}"));
        Self { clients: (0..WRITERS).map(client).collect(), fault }
    }

    /// Writes while `run` runs, which can ask how many writes are acknowledged.
    fn during(&self, run: impl FnOnce(&dyn Fn() -> usize)) -> Written {
        let (end, number) = (AtomicBool::new(false), AtomicUsize::new(0));
        let results: Vec<_> = thread::scope(|scope| {
            let (end, number, written) = (&end, &number, SetOnDrop(&end));
            let threads: Vec<_> =
                (0..WRITERS).map(|writer| scope.spawn(move || self.write(writer, end, number))).collect();
            thread::sleep(BESIDE);
            run(&|| number.load(Ordering::Relaxed));
            thread::sleep(BESIDE);
            drop(written);
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let rejected = results.iter().filter(|(_, title)| title.is_none()).count();
        let (mut times, titles): (Vec<_>, Vec<_>) =
            results.into_iter().filter_map(|(time, title)| Some((time, title?))).unzip();
        times.sort_unstable();
        let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
        Written { rejected, interruption: gaps.max().unwrap_or_default(), titles }
    }

    /// The time of each response, with the title that it acknowledges.
    fn write(&self, writer: usize, end: &AtomicBool, number: &AtomicUsize) -> Vec<(Instant, Option<String>)> {
        let mut results = Vec::new();
        for round in 0.. {
            if end.load(Ordering::Relaxed) {
                break;
            }
            let title = format!("{:?} {writer} {round}", self.fault);
            let response = self.clients[writer].post("/api/tasks", &json!({"title": title}));
            let is_acknowledged = response.status == 201;
            assert!(is_acknowledged || response.status == 503, "{response}");
            number.fetch_add(usize::from(is_acknowledged), Ordering::Relaxed);
            results.push((Instant::now(), is_acknowledged.then_some(title)));
            thread::sleep(if is_acknowledged { PAUSE } else { PAUSE_AFTER_503 });
        }
        results
    }
}

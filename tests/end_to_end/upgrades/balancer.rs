//! A load balancer within the clients: it probes `/readyz`, and never sends a request twice.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tasknook_tests::{RawConnection, Service, eventually};

const LIMIT: Duration = Duration::from_mins(1);
/// Between two probes.
const PERIOD: Duration = Duration::from_millis(50);

/// An instance as the balancer knows it.
struct Target {
    number: usize,
    address: String,
    ready: AtomicBool,
    in_flight: AtomicUsize,
}

/// The instances behind it.
#[derive(Default)]
pub(super) struct Balancer {
    targets: Mutex<Vec<Arc<Target>>>,
    added: AtomicUsize,
    turn: AtomicUsize,
}

/// The right to send one request to an instance.
pub(super) struct Turn(Arc<Target>);

impl Turn {
    /// A number that no other instance has, also if it listens on the same port later.
    pub(super) fn number(&self) -> usize {
        self.0.number
    }

    pub(super) fn address(&self) -> &str {
        &self.0.address
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Balancer {
    /// The next ready instance.
    pub(super) fn choose(&self) -> Result<Turn, String> {
        let targets = self.targets.lock().unwrap();
        let ready: Vec<_> = targets.iter().filter(|target| target.ready.load(Ordering::SeqCst)).collect();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let target = *ready.get(turn % ready.len().max(1)).ok_or("no instance is ready")?;
        // Within the lock: `remove` finds every request that was given to the instance.
        target.in_flight.fetch_add(1, Ordering::SeqCst);
        Ok(Turn(Arc::clone(target)))
    }

    /// Adds an instance, and waits until it is ready.
    #[track_caller]
    pub(super) fn add(&self, service: &Service) {
        let target = Arc::new(Target {
            number: self.added.fetch_add(1, Ordering::Relaxed),
            address: service.address().to_owned(),
            ready: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
        });
        self.targets.lock().unwrap().push(Arc::clone(&target));
        let ready = eventually(LIMIT, || target.ready.load(Ordering::SeqCst).then_some(()));
        assert!(ready.is_some(), "an instance does not become ready\n{}", service.log());
    }

    /// Takes an instance out: it gets no further request. Returns when those in flight are complete.
    #[track_caller]
    pub(super) fn remove(&self, address: &str) {
        let mut targets = self.targets.lock().unwrap();
        let position = targets.iter().position(|target| target.address == address).unwrap();
        let target = targets.remove(position);
        drop(targets);
        let idle = eventually(LIMIT, || (target.in_flight.load(Ordering::SeqCst) == 0).then_some(()));
        assert!(idle.is_some(), "requests in flight do not end");
    }

    /// Probes all instances until it is over.
    pub(super) fn probe_until(&self, over: &AtomicBool) {
        while !over.load(Ordering::SeqCst) {
            let targets = self.targets.lock().unwrap().clone();
            for target in targets {
                target.ready.store(is_ready(&target.address).unwrap_or(false), Ordering::SeqCst);
            }
            thread::sleep(PERIOD);
        }
    }
}

fn is_ready(address: &str) -> io::Result<bool> {
    let mut connection = RawConnection::open(address)?;
    connection.send(connection.request("GET", "/readyz", &[("Connection", "close")], ""))?;
    Ok(connection.response()?.is_some_and(|response| response.status == 200))
}

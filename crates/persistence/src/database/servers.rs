//! The servers that distributed tables are on: the requests of an owner are executed by the server that has the owner's rows
//! (decision 0066).
//!
//! Any server can execute any statement, and passes it on if the rows are elsewhere. So which one is asked decides how long it
//! takes, never what it returns, and a list of shards may be out of date.

mod hash;
mod shards;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use domain::OwnerId;
use parking_lot::RwLock;

use super::queues::Queues;
use shards::Shards;
pub(crate) use shards::{Address, Shard};

/// How often the shards are read, and the servers tried.
const EVERY: Duration = Duration::from_secs(5);

/// The longest time to the next attempt, after failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// An engine whose tables can be distributed over servers.
pub(crate) trait ShardBackend: Sized + Send + Sync + 'static {
    /// The shards of the owners that only one other server has. It blocks for some seconds at most.
    fn shards(&self) -> Result<Vec<Shard<Address>>, Box<dyn Error + Send + Sync>> {
        Ok(Vec::new())
    }

    /// The same database through another server, if that accepts connections. It blocks for some seconds at most.
    fn on(&self, address: &Address) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Err(format!("there is no other server, hence not {address}").into())
    }
}

/// The servers that can be used, each by its queues.
struct Found<Q> {
    servers: Vec<Arc<Q>>,
    shards: Shards<Arc<Q>>,
}

/// The servers that have the shards.
#[derive(Clone)]
pub(super) struct Servers {
    found: Arc<RwLock<Found<Queues>>>,
    /// Ends the thread when the last clone is dropped.
    _until_dropped: Sender<()>,
}

impl Servers {
    /// Starts the thread that finds the servers, and starts and ends their queues.
    pub(super) fn start<B: ShardBackend>(
        backend: Arc<B>,
        start: impl Fn(&Address, B) -> io::Result<Queues> + Send + 'static,
    ) -> io::Result<Self> {
        let (until_dropped, dropped) = bounded::<()>(0);
        let found = Arc::new(RwLock::new(Found { servers: Vec::new(), shards: Shards::default() }));
        let mut finder = Finder { backend, start, running: BTreeMap::new(), unusable: BTreeMap::new() };
        let last = Arc::clone(&found);
        thread::Builder::new().name("db-servers".into()).spawn(move || {
            let mut pause = Pause::default();
            loop {
                // Without the list of shards, the servers of the last one are asked.
                if let Ok(Some(found)) = catch_unwind(AssertUnwindSafe(|| finder.find())) {
                    *last.write() = found;
                    pause = Pause::default();
                } else {
                    pause = pause.longer();
                }
                if dropped.recv_timeout(pause.0) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
        Ok(Self { found, _until_dropped: until_dropped })
    }

    /// The queues of the server that has the rows of an owner, if it is another one than that of the URL.
    pub(super) fn queues_of(&self, owner: &OwnerId) -> Option<Arc<Queues>> {
        self.found.read().shards.of(owner.as_str()).map(Arc::clone)
    }

    /// Whether there is a server other than that of the URL for each owner, and all of them serve.
    pub(super) fn serve_everyone(&self) -> bool {
        let found = self.found.read();
        found.shards.have_all() && found.servers.iter().all(|queues| !queues.outages.is_ongoing())
    }

    /// The numbers of open connections and of those in use.
    pub(super) fn connections(&self) -> (u32, u32) {
        let found = self.found.read();
        let each = found.servers.iter().map(|queues| (queues.connections)());
        each.fold((0, 0), |(open, in_use), (more, used)| (open + more, in_use + used))
    }
}

/// The time to the next attempt. Each one at a server that hangs leaves a thread behind, until it responds.
#[derive(Clone, Copy)]
struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(EVERY)
    }
}

impl Pause {
    fn longer(self) -> Self {
        Self((self.0 * 2).min(LONGEST_PAUSE))
    }
}

struct Finder<B, F, Q> {
    backend: Arc<B>,
    start: F,
    running: BTreeMap<Address, Arc<Q>>,
    /// Those that could not be used, and the time of the next attempt.
    unusable: BTreeMap<Address, (Instant, Pause)>,
}

impl<B: ShardBackend, Q, F: Fn(&Address, B) -> io::Result<Q>> Finder<B, F, Q> {
    /// The servers that can be used; `None` if the shards cannot be read.
    fn find(&mut self) -> Option<Found<Q>> {
        let shards = Shards::new(self.backend.shards().ok()?);
        let addresses: BTreeSet<Address> = shards.servers().cloned().collect();
        self.running.retain(|address, _| addresses.contains(address));
        self.unusable.retain(|address, _| addresses.contains(address));
        for address in addresses {
            self.visit(address);
        }
        let servers = self.running.values().map(Arc::clone).collect();
        Some(Found { servers, shards: shards.with(|address| self.running.get(address).map(Arc::clone)) })
    }

    fn visit(&mut self, address: Address) {
        if self.unusable.get(&address).is_some_and(|(next, _)| Instant::now() < *next) {
            return;
        }
        match self.queues(&address) {
            Ok(queues) => {
                self.unusable.remove(&address);
                if self.running.insert(address.clone(), queues).is_none() {
                    tracing::info!(server = %address, "the users of a server's shards are served by it directly");
                }
            }
            Err(error) => {
                self.running.remove(&address);
                let last = self.unusable.get(&address).map(|(_, pause)| *pause);
                if last.is_none() {
                    let error = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                    tracing::warn!(server = %address, error, "the users of a server's shards are served through database.url");
                }
                let pause = last.map_or_else(Pause::default, Pause::longer);
                self.unusable.insert(address, (Instant::now() + pause.0, pause));
            }
        }
    }

    /// The running queues of a server, or new ones, if it accepts a connection.
    fn queues(&self, address: &Address) -> Result<Arc<Q>, Box<dyn Error + Send + Sync>> {
        let server = self.backend.on(address)?;
        match self.running.get(address) {
            Some(queues) => Ok(Arc::clone(queues)),
            None => Ok(Arc::new((self.start)(address, server)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;

    /// Servers by their host, of which some do not accept connections.
    #[derive(Clone, Default)]
    struct Cluster {
        /// The hosts of both shards; none while the server of the URL does not respond.
        hosts: Arc<Mutex<Option<[&'static str; 2]>>>,
        refusing: Arc<Mutex<Vec<&'static str>>>,
        started: Arc<Mutex<Vec<String>>>,
        host: String,
    }

    fn address(host: &str) -> Address {
        Address { host: host.to_owned(), port: 5432, id: String::new() }
    }

    impl ShardBackend for Cluster {
        fn shards(&self) -> Result<Vec<Shard<Address>>, Box<dyn Error + Send + Sync>> {
            let [low, high] = self.hosts.lock().ok_or("no response")?;
            let shard = |first, last, host| Shard { first, last, server: address(host) };
            Ok(vec![shard(i32::MIN, -1, low), shard(0, i32::MAX, high)])
        }

        fn on(&self, Address { host, .. }: &Address) -> Result<Self, Box<dyn Error + Send + Sync>> {
            if self.refusing.lock().iter().any(|refusing| refusing == host) {
                return Err("refused".into());
            }
            Ok(Self { host: host.clone(), ..self.clone() })
        }
    }

    impl Cluster {
        fn finder(&self) -> Finder<Self, impl Fn(&Address, Self) -> io::Result<String> + use<>, String> {
            let start = |_: &Address, server: Self| {
                server.started.lock().push(server.host.clone());
                Ok(server.host)
            };
            let (running, unusable) = (BTreeMap::new(), BTreeMap::new());
            Finder { backend: Arc::new(self.clone()), start, running, unusable }
        }
    }

    /// The server of an owner with a low hash, and that of one with a high hash.
    fn servers(found: &Found<String>) -> [Option<&str>; 2] {
        ["user-1", "a"].map(|owner| found.shards.of(owner).map(|server| server.as_str()))
    }

    #[test]
    fn owners_follow_their_shards() {
        let cluster = Cluster::default();
        *cluster.hosts.lock() = Some(["one", "two"]);
        let mut finder = cluster.finder();
        assert_eq!(servers(&finder.find().unwrap()), [Some("one"), Some("two")]);
        assert_eq!(finder.find().unwrap().servers.len(), 2);
        *cluster.hosts.lock() = Some(["three", "two"]);
        let found = finder.find().unwrap();
        assert_eq!((servers(&found), found.servers.len()), ([Some("three"), Some("two")], 2));
        assert_eq!(
            *cluster.started.lock(),
            ["one", "two", "three"],
            "a server that stays is not started again"
        );
        *cluster.hosts.lock() = None;
        assert!(finder.find().is_none());
    }

    #[test]
    fn owners_of_unusable_servers_have_none() {
        let cluster = Cluster::default();
        *cluster.hosts.lock() = Some(["one", "two"]);
        cluster.refusing.lock().push("two");
        let mut finder = cluster.finder();
        assert_eq!(servers(&finder.find().unwrap()), [Some("one"), None]);
        *cluster.refusing.lock() = vec!["one"];
        assert_eq!(
            servers(&finder.find().unwrap()),
            [None, None],
            "it is not time for the next attempt at two"
        );
        for (next, _) in finder.unusable.values_mut() {
            *next = Instant::now();
        }
        assert_eq!(servers(&finder.find().unwrap()), [None, Some("two")]);
        let pauses: Vec<Duration> = finder.unusable.values().map(|(_, Pause(pause))| *pause).collect();
        assert_eq!(pauses, [EVERY * 2]);
        assert_eq!((1..9).fold(Pause::default(), |pause, _| pause.longer()).0, LONGEST_PAUSE);
    }
}

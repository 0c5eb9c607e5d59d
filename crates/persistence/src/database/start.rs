//! Starts the queues and workers of a database.

use std::io;
use std::sync::Arc;

use domain::{Outcome, Readiness};

use super::DatabaseBackend;
use super::notifier::OwnerNotifier;
use super::outage::Outages;
use super::queues::Queues;
use super::readiness::{WorkerReadiness, probe};
use super::replicas::{ReplicaQueues, Replicas, options_of_replica};
use super::repository::WorkerTasks;
use super::servers::{Address, Servers};
use crate::backend::Layout;
use crate::read::{GROUP_ROWS, PageOf, Paged, Reads, Rows, Scan, Scanned};
use crate::workers::{
    Context, DeadlineTimer, Expire, NewServer, Pool, Queue, QueueLimits, Replies, Request, Sender,
    SlowStatements, Timeouts, Workers,
};
use crate::write::{BlockedOwners, Ownership, OwnershipServer, Write, WriteQueue, WriteServer, weight};
use crate::{DatabaseOptions, WorkKind};

/// Maximum calls of a group: more do not reduce the cost of each, and the first ones wait for the last.
const GROUP_CALLS: usize = 64;

type ListQueues = (Sender<PageOf, Paged>, Sender<Scan, Scanned>);

pub(super) struct Starter<'a, B: DatabaseBackend> {
    pool: Pool<B>,
    backend: Arc<B>,
    options: &'a DatabaseOptions,
    notifier: Arc<OwnerNotifier>,
    slow: Arc<SlowStatements>,
    expiring: Vec<Arc<dyn Expire>>,
}

impl<'a, B: DatabaseBackend> Starter<'a, B> {
    pub(super) fn new(
        pool: Pool<B>,
        backend: Arc<B>,
        options: &'a DatabaseOptions,
        notifier: Arc<OwnerNotifier>,
    ) -> Self {
        let slow = Arc::new(SlowStatements::new(options.slow_statement));
        Self { pool, backend, options, notifier, slow, expiring: Vec::new() }
    }

    pub(super) fn start(mut self) -> io::Result<(WorkerTasks, Arc<dyn Readiness>)> {
        let probes = self.limits(1, |_| 1, GROUP_CALLS);
        let probes =
            self.read(WorkKind::Readiness, probes, |_, connection, group| probe::<B>(connection, group))?;
        let servers = self.servers()?;
        let replicas = self.replicas()?;
        let (pool, of_others) = (self.pool.clone(), servers.clone());
        let observer = Arc::clone(&self.options.observer);
        let report = move || {
            let others = of_others.as_ref().map(Servers::connections).unwrap_or_default();
            let (open, in_use) = pool.usage();
            observer.connections(open + others.0, in_use + others.1);
        };
        let (database, read_only) = (Arc::clone(&self.backend), self.options.read_only);
        let notifier = Arc::clone(&self.notifier);
        let queues = Arc::new(self.queues(Outages::default(), report)?);
        let (outages, timer) = (Arc::clone(&queues.outages), Arc::clone(&queues.timer));
        let readiness =
            WorkerReadiness { database, probes, outages, servers: servers.clone(), _timer: timer };
        let tasks = WorkerTasks { queues, servers, replicas, read_only, _notifier: notifier };
        Ok((tasks, Arc::new(readiness)))
    }

    /// The queues of the server. Their timer also calls `report`.
    fn queues(mut self, outages: Outages, report: impl Fn() + Send + 'static) -> io::Result<Queues> {
        let counts = self.backend.worker_counts(self.options.max_connections as usize);
        let calls = self.most_in_group(GROUP_CALLS);
        let gets = self.read(WorkKind::Get, self.limits(counts.gets, |_| 1, calls), B::look_up)?;
        let (pages, scans) = self.lists()?;
        let blocked_owners = Arc::new(BlockedOwners::default());
        let blocked_writes = self.write(&blocked_owners, None)?;
        let mut writes = Vec::new();
        for _ in 0..counts.writes.max(1) {
            writes.push(self.write(&blocked_owners, Some(blocked_writes.queue()))?);
        }
        let owners = self.owners()?;
        let timer = Arc::new(DeadlineTimer::start(self.expiring, report, self.options.deadline)?);
        let pool = self.pool;
        let connections = Box::new(move || pool.usage());
        let outages = Arc::new(outages);
        Ok(Queues {
            gets,
            pages,
            scans,
            writes,
            blocked_writes,
            blocked_owners,
            owners,
            outages,
            timer,
            connections,
        })
    }

    /// Without common statements a group would only keep calls from other workers.
    fn most_in_group(&self, most: usize) -> usize {
        if self.backend.layout() == Layout::Distributed { 1 } else { most }
    }

    /// The queues of pages and scans.
    fn lists(&mut self) -> io::Result<ListQueues> {
        let counts = self.backend.worker_counts(self.options.max_connections as usize);
        let rows = self.most_in_group(GROUP_ROWS);
        let pages = QueueLimits {
            // One large page per owner at a time, so that those of one owner leave a worker for others.
            running_per_owner: 1,
            ..self.limits(counts.pages, PageOf::weight::<B>, rows)
        };
        let pages = self.read(WorkKind::Page, pages, |_, connection, group| B::paged(connection, group))?;
        let scans = QueueLimits {
            running_per_owner: 1,
            waiting_per_owner: self.options.scans_per_owner,
            ..self.limits(counts.scans, |_| 1, 1)
        };
        let scans = self.read(WorkKind::Scan, scans, |_, connection, group| B::scan(connection, group))?;
        Ok((pages, scans))
    }

    /// A database that is only read for pages and scans.
    fn start_replica(mut self) -> io::Result<ReplicaQueues> {
        let (pages, scans) = self.lists()?;
        let timer = DeadlineTimer::start(self.expiring, || (), self.options.deadline)?;
        Ok(ReplicaQueues { pages, scans, _timer: timer })
    }

    /// The servers that distributed tables are on.
    fn servers(&self) -> io::Result<Option<Servers>> {
        if self.backend.layout() != Layout::Distributed || !self.options.connect_to_workers {
            return Ok(None);
        }
        let (options, notifier) = (self.options.clone(), Arc::clone(&self.notifier));
        let start = move |address: &Address, server: B| {
            let server = Arc::new(server);
            let pool = Pool::new(Arc::clone(&server), &options);
            Starter::new(pool, server, &options, Arc::clone(&notifier))
                .queues(Outages::of_server(address.to_string()), || ())
        };
        Servers::start(Arc::clone(&self.backend), start).map(Some)
    }

    fn replicas(&self) -> io::Result<Option<Replicas>> {
        let Some(known) = self.notifier.known() else { return Ok(None) };
        if self.backend.layout() == Layout::Distributed {
            // Each server has a log of its own.
            tracing::warn!("database.replica_urls is ignored: the tables are distributed");
            return Ok(None);
        }
        let mut replicas = Replicas::new(Arc::clone(known));
        let options = options_of_replica(self.options);
        for replica in B::replicas(&options) {
            let replica = Arc::new(replica);
            let pool = Pool::new(Arc::clone(&replica), &options);
            let starter = Starter::new(pool, Arc::clone(&replica), &options, Arc::clone(&self.notifier));
            replicas.add(starter.start_replica()?, Arc::clone(&self.backend), replica)?;
        }
        Ok(Some(replicas))
    }

    fn limits<R>(&self, workers: usize, weight: fn(&R) -> usize, capacity: usize) -> QueueLimits<R> {
        QueueLimits {
            length: self.options.queue_length.max(1),
            waiting_per_owner: usize::MAX,
            running_per_owner: usize::MAX,
            timeout: self.options.deadline,
            is_write: false,
            workers,
            weight,
            capacity,
        }
    }

    fn context(&self, kind: WorkKind, timeouts: Timeouts) -> Context<B> {
        let (observer, slow) = (Arc::clone(&self.options.observer), Arc::clone(&self.slow));
        Context { kind, pool: self.pool.clone(), timeouts, observer, slow }
    }

    fn read<R: Request, A: Rows + Send + 'static>(
        &mut self,
        kind: WorkKind,
        limits: QueueLimits<R>,
        run: fn(&B, &mut B::Connection, &[R]) -> Replies<A>,
    ) -> io::Result<Sender<R, A>> {
        let context = self.context(kind, Timeouts::of_reads(self.options));
        self.open(context, limits, Box::new(move || Box::new(Reads { run })))
    }

    /// A queue with one worker, so that the writes of an owner are in one batch or in consecutive ones and never race.
    fn write(
        &mut self,
        blocked: &Arc<BlockedOwners>,
        blocked_queue: Option<WriteQueue>,
    ) -> io::Result<Sender<Write, Outcome>> {
        let queue = QueueLimits { is_write: true, ..self.limits(1, weight, GROUP_CALLS) };
        let context = self.context(WorkKind::Write, Timeouts::of_writes(self.options));
        let (blocked, stored) = (Arc::clone(blocked), self.notifier.stored());
        let (limits, lock_timeout) = (self.options.limits, self.options.lock_timeout);
        let server = move || {
            let (blocked, stored) = (Arc::clone(&blocked), Arc::clone(&stored));
            let server = WriteServer::new(blocked, blocked_queue.clone(), limits, lock_timeout, stored);
            Box::new(server) as _
        };
        self.open(context, queue, Box::new(server))
    }

    /// A queue for erasures and moves. One transaction has several statements for each page of tasks.
    fn owners(&mut self) -> io::Result<Sender<Ownership, Outcome>> {
        let limits = QueueLimits { is_write: true, ..self.limits(1, |_| 1, 1) };
        let context = self.context(WorkKind::Owner, Timeouts::of_owners(self.options));
        let stored = self.notifier.stored();
        self.open(context, limits, Box::new(move || Box::new(OwnershipServer::new(Arc::clone(&stored)))))
    }

    fn open<R: Request, A: Send + 'static>(
        &mut self,
        context: Context<B>,
        limits: QueueLimits<R>,
        new_server: NewServer<B, R, A>,
    ) -> io::Result<Sender<R, A>> {
        let count = limits.workers;
        let (sender, queue) = Queue::new(limits, context.kind, Arc::clone(&context.observer));
        self.expiring.push(Workers::start(context, new_server, queue, count)?);
        Ok(sender)
    }
}

//! Starts the queues and workers of a database.

use std::io;
use std::sync::Arc;

use domain::{Outcome, Readiness};

use super::DatabaseBackend;
use super::notifier::OwnerNotifier;
use super::outage::Outages;
use super::readiness::{WorkerReadiness, probe};
use super::replicas::{ReplicaQueues, Replicas, options_of_replica};
use super::repository::WorkerTasks;
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
        let counts = self.backend.worker_counts(self.options.max_connections as usize);
        let calls = self.most_in_group(GROUP_CALLS);
        let gets = self.read(WorkKind::Get, self.limits(counts.gets, |_| 1, calls), B::look_up)?;
        let (pages, scans) = self.lists()?;
        let probes = self.limits(1, |_| 1, GROUP_CALLS);
        let probes =
            self.read(WorkKind::Readiness, probes, |_, connection, group| probe::<B>(connection, group))?;
        let blocked_owners = Arc::new(BlockedOwners::default());
        let blocked_writes = self.write(&blocked_owners, None)?;
        let mut writes = Vec::new();
        for _ in 0..counts.writes.max(1) {
            writes.push(self.write(&blocked_owners, Some(blocked_writes.queue()))?);
        }
        let owners = self.owners()?;
        let replicas = self.replicas()?;
        let (pool, observer) = (self.pool.clone(), Arc::clone(&self.options.observer));
        let usage = move || {
            let (open, in_use) = pool.usage();
            observer.connections(open, in_use);
        };
        let timer = Arc::new(DeadlineTimer::start(self.expiring, usage, self.options.deadline)?);
        let outages = Arc::new(Outages::default());
        let readiness = WorkerReadiness {
            database: self.backend,
            probes,
            outages: Arc::clone(&outages),
            _timer: Arc::clone(&timer),
        };
        let tasks = WorkerTasks {
            gets,
            pages,
            scans,
            writes,
            blocked_writes,
            blocked_owners,
            owners,
            replicas,
            read_only: self.options.read_only,
            outages,
            _timer: timer,
            _notifier: self.notifier,
        };
        Ok((tasks, Arc::new(readiness)))
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

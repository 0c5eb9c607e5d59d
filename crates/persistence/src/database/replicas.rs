//! Pages that a replica may answer: which replica, how old it is, and when the primary has to answer instead (decision 0056).
//!
//! A replica is as fresh as a time if it has replayed the log up to where the primary's ended at that time. A thread for
//! each replica compares the two ([`freshness`]); clocks of servers play no part. What this process has stored or read of an
//! owner ([`known`]) is never missing in a page.

mod freshness;
mod known;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::QueryResult;
use domain::{ListQuery, Owner, OwnerId, OwnerRevision, Page, RepositoryError};

use crate::DatabaseOptions;
use crate::read::{List, PageOf, Paged, ReadBackend, Scan, Scanned, is_scan};
use crate::workers::{DeadlineTimer, Sender};
use freshness::{Freshness, Measured};
pub(super) use known::KnownRevisions;

/// A page is never older than this, whatever is allowed.
const MAX_AGE: Duration = Duration::from_mins(1);

/// How long a replica is not used after it did not serve.
const PAUSE: Duration = Duration::from_secs(5);

/// How long a replica may take: a request waits at most this long for it, and half as long again, before the primary serves.
const STATEMENT: Duration = Duration::from_secs(1);

/// How long a request waits in the queue of a replica, or for a connection to it.
const QUEUE: Duration = Duration::from_millis(300);

/// An engine whose replicas replay the log of the primary.
pub(crate) trait ReplicaBackend: ReadBackend {
    /// The replicas that the options name.
    fn replicas(options: &DatabaseOptions) -> Vec<Self>;

    /// What the rows are of: the cluster, the database and the schema.
    fn identity(connection: &mut Self::Connection) -> QueryResult<String>;

    /// Where the log of the primary ends; `None` of a server that is not written.
    fn log_end(connection: &mut Self::Connection) -> QueryResult<Option<i64>>;

    /// How far a replica has replayed the log; `None` if it is no replica.
    fn replayed(connection: &mut Self::Connection) -> QueryResult<Option<i64>>;
}

/// The options of a replica's connections and queues.
pub(super) fn options_of_replica(options: &DatabaseOptions) -> DatabaseOptions {
    DatabaseOptions {
        statement_timeout: STATEMENT,
        deadline: QUEUE,
        pool_wait: QUEUE,
        connect_timeout: Duration::from_secs(2),
        ..options.clone()
    }
}

/// The queues of a replica.
pub(super) struct ReplicaQueues {
    pub(super) pages: Sender<PageOf, Paged>,
    pub(super) scans: Sender<Scan, Scanned>,
    pub(super) _timer: DeadlineTimer,
}

struct Replica {
    queues: ReplicaQueues,
    freshness: Arc<Freshness>,
}

/// All replicas.
pub(super) struct Replicas {
    all: Vec<Replica>,
    known: Arc<KnownRevisions>,
    next: AtomicUsize,
}

impl Replicas {
    pub(super) const fn new(known: Arc<KnownRevisions>) -> Self {
        Self { all: Vec::new(), known, next: AtomicUsize::new(0) }
    }

    /// Adds a replica, and starts the thread that compares it with the primary while it is asked for.
    pub(super) fn add<B: ReplicaBackend>(
        &mut self,
        queues: ReplicaQueues,
        primary: Arc<B>,
        replica: Arc<B>,
    ) -> io::Result<()> {
        let freshness = Arc::new(Freshness::default());
        let number = self.all.len();
        freshness::start(number, Arc::clone(&freshness), primary, replica)?;
        self.all.push(Replica { queues, freshness });
        Ok(())
    }

    /// Takes into account what was read of an owner.
    pub(super) fn read(&self, owner: &OwnerId, at: OwnerRevision) {
        if !self.all.is_empty() {
            self.known.read(owner, at);
        }
    }

    /// It is not known whether this owner has changed, so a replica must be as fresh as now.
    pub(super) fn may_have_changed(&self, owner: &OwnerId) {
        if !self.all.is_empty() {
            self.known.stored(owner, None);
        }
    }

    /// The page of a replica, if one has it within this age and without missing anything known; otherwise the primary
    /// has to be asked.
    pub(super) async fn list(&self, owner: &Owner, query: &ListQuery, max_age: Duration) -> Option<Page> {
        let max_age = max_age.min(MAX_AGE);
        let (replica, measured) = self.choose(max_age)?;
        let as_of = measured.as_of;
        let list = List { owner: owner.clone(), query: query.clone() };
        let page = match replica.list(list).await {
            Ok(page) => page?,
            Err(RepositoryError::Overloaded | RepositoryError::TooManyScans) => return None,
            Err(_) => {
                replica.freshness.suspend(PAUSE);
                return None;
            }
        };
        let is_fresh = as_of.elapsed() <= max_age && replica.freshness.is_of_same_server(measured);
        let is_allowed = is_fresh && self.known.allows(owner.id(), page.at, as_of);
        is_allowed.then(|| {
            self.known.read(owner.id(), page.at);
            page
        })
    }

    /// The next of the replicas that are fresh enough, and the time that it is at least as fresh as.
    fn choose(&self, max_age: Duration) -> Option<(&Replica, Measured)> {
        if max_age.is_zero() {
            return None;
        }
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        (0..self.all.len()).find_map(|step| {
            let replica = self.all.get((first + step) % self.all.len())?;
            let measured = replica.freshness.wanted()?;
            (measured.as_of.elapsed() < max_age).then_some((replica, measured))
        })
    }
}

impl Drop for Replicas {
    fn drop(&mut self) {
        self.all.iter().for_each(|replica| replica.freshness.close());
    }
}

impl Replica {
    async fn list(&self, list: List) -> Result<Option<Page>, RepositoryError> {
        if is_scan(&list.query) {
            let scanned = self.queues.scans.submit(Scan::List(Box::new(list))).await?;
            return Ok(if let Scanned::Page(page) = scanned { Some(page) } else { None });
        }
        let paged = self.queues.pages.submit(PageOf::Tasks(list)).await?;
        Ok(if let Paged::Tasks(page) = paged { Some(page) } else { None })
    }
}

//! A database server in memory: what it does at each step of a statement. Stores and locks take the rows of owners one
//! by one in key order and wait for those that another session has locked, like PostgreSQL under `read committed`.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{ListId, ListedTask, OrderedTask, OwnerId, TrashedId};

use super::record::{self, Record};
use crate::write::{LastStore, Loaded, LoadedLists, Seen, Store, ToLoad};

/// Names a connection, as the server knows it.
pub(super) type SessionId = u64;

/// What a faulty server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    /// The guard lets everything pass.
    NoGuard,
    /// The guard compares the revision alone.
    RevisionGuard,
    /// An erased row is created again.
    Resurrection,
    /// The last store cannot be recognized.
    NoWriteId,
    /// A lost connection looks like a statement that was undone.
    LossAsConflict,
}

#[derive(Debug, Clone)]
pub(super) enum Request {
    Begin,
    Lock { owners: Vec<OwnerId>, skip_locked: bool },
    Load(Vec<ToLoad>),
    LoadTrash { owner: OwnerId, limit: usize },
    LoadLists(Vec<OwnerId>),
    LoadListed(OwnerId, ListId),
    LoadOrder(OwnerId),
    Store(Vec<Store>),
    LastStores(Vec<OwnerId>),
    Commit,
}

#[derive(Debug)]
pub(super) enum Reply {
    Done,
    Locked(Vec<OwnerId>),
    Loaded(Vec<Loaded>),
    Trash(Vec<TrashedId>),
    Lists(Vec<LoadedLists>),
    Listed(Option<Seen>, Vec<ListedTask>),
    Order(Option<Seen>, Vec<OrderedTask>),
    Stored(Vec<Option<i64>>),
    LastStores(Vec<Option<LastStore>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SqlError {
    Erased,
    UniqueViolation,
    Deadlock,
    Timeout,
    ReadOnly,
    Other,
}

pub(super) enum Progress {
    /// Another session has locked the row.
    Blocked(OwnerId),
    More,
    Done(Result<Reply, SqlError>),
}

/// A statement that runs.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) session: SessionId,
    pub(super) request: Request,
    /// The batch that it is part of.
    pub(super) batch: usize,
    /// Whether it is a transaction of its own.
    pub(super) autocommit: bool,
    /// How many of its owners are done, in key order, and their results by index.
    done: usize,
    after: Vec<Option<Record>>,
    locked: Vec<OwnerId>,
}

impl Running {
    pub(super) fn new(session: SessionId, request: Request, batch: usize, autocommit: bool) -> Self {
        let places = if let Request::Store(stores) = &request { stores.len() } else { 0 };
        Self { session, request, batch, autocommit, done: 0, after: vec![None; places], locked: Vec::new() }
    }
}

/// Who made a committed change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// A store of this batch.
    Batch(usize),
    /// A process of version 0.1.0.
    Old,
    /// The erasure of an owner.
    Erasure,
}

/// A committed change of one owner.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) at: u64,
    pub(super) owner: OwnerId,
    pub(super) after: Option<Arc<Record>>,
    pub(super) author: Author,
}

#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) owners: BTreeMap<OwnerId, Arc<Record>>,
    holders: BTreeMap<OwnerId, SessionId>,
    uncommitted: BTreeMap<SessionId, Vec<(OwnerId, Record, Author)>>,
    pub(super) log: Vec<Commit>,
    pub(super) weakness: Option<Weakness>,
    clock: u64,
    pub(super) lost_races: u64,
}

impl Server {
    /// Numbers the events of a schedule.
    pub(super) const fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    pub(super) fn is_free(&self, owner: &OwnerId, session: SessionId) -> bool {
        self.holders.get(owner).is_none_or(|holder| *holder == session)
    }

    pub(super) fn holder(&self, owner: &OwnerId) -> Option<SessionId> {
        self.holders.get(owner).copied()
    }

    fn record(&self, owner: &OwnerId) -> Option<&Record> {
        self.owners.get(owner).map(Arc::as_ref)
    }

    /// Runs a statement up to the next point where others may come between.
    pub(super) fn advance(&mut self, running: &mut Running) -> Progress {
        let session = running.session;
        match &running.request {
            Request::Begin => Progress::Done(Ok(Reply::Done)),
            Request::Commit => {
                for (owner, record, author) in self.uncommitted.remove(&session).unwrap_or_default() {
                    self.commit(owner, Some(record), author);
                }
                self.end(session);
                Progress::Done(Ok(Reply::Done))
            }
            Request::Load(reads) => {
                Progress::Done(Ok(Reply::Loaded(record::load(reads, |owner| self.record(owner)))))
            }
            Request::LoadTrash { owner, limit } => {
                let mut oldest = self.record(owner).map_or_else(Vec::new, Record::trash);
                oldest.truncate(*limit);
                Progress::Done(Ok(Reply::Trash(oldest)))
            }
            Request::LoadListed(owner, list) => {
                let record = self.record(owner);
                let tasks = record.map_or_else(Vec::new, |record| record.listed(*list));
                Progress::Done(Ok(Reply::Listed(record.map(Record::seen), tasks)))
            }
            Request::LoadLists(owners) => {
                let lists = owners.iter().map(|owner| self.record(owner).map(Record::loaded_lists));
                Progress::Done(Ok(Reply::Lists(lists.map(Option::unwrap_or_default).collect())))
            }

            Request::LoadOrder(owner) => {
                let record = self.record(owner);
                let order = record.map_or_else(Vec::new, Record::order);
                Progress::Done(Ok(Reply::Order(record.map(Record::seen), order)))
            }
            Request::LastStores(owners) => {
                let mut last: Vec<Option<LastStore>> =
                    owners.iter().map(|owner| self.record(owner).map(Record::last_store)).collect();
                if self.weakness == Some(Weakness::NoWriteId) {
                    last.iter_mut().flatten().for_each(|last| last.write_id = !last.write_id);
                }
                Progress::Done(Ok(Reply::LastStores(last)))
            }
            Request::Lock { owners, skip_locked } => {
                let mut sorted: Vec<&OwnerId> = owners.iter().collect();
                sorted.sort();
                let Some(&owner) = sorted.get(running.done) else {
                    return Progress::Done(Ok(Reply::Locked(std::mem::take(&mut running.locked))));
                };
                let exists = self.owners.contains_key(owner);
                let is_free = self.is_free(owner, session);
                if exists && !is_free && !skip_locked {
                    return Progress::Blocked(owner.clone());
                }
                if exists && is_free {
                    self.holders.insert(owner.clone(), session);
                    running.locked.push(owner.clone());
                }
                running.done += 1;
                Progress::More
            }
            Request::Store(_) => self.advance_store(running),
        }
    }

    fn advance_store(&mut self, running: &mut Running) -> Progress {
        let Request::Store(stores) = &running.request else { return Progress::More };
        let mut order: Vec<usize> = (0..stores.len()).collect();
        order.sort_by_key(|place| &stores[*place].owner);
        let Some(&place) = order.get(running.done) else { return Progress::Done(self.finish_store(running)) };
        let store = &stores[place];
        if !self.is_free(&store.owner, running.session) {
            return Progress::Blocked(store.owner.clone());
        }
        self.holders.insert(store.owner.clone(), running.session);
        running.done += 1;
        let before = self.record(&store.owner);
        let resurrects = matches!(self.weakness, Some(Weakness::NoGuard | Weakness::Resurrection));
        if before.is_none() && store.seen.is_some() && !resurrects {
            return Progress::Done(Err(SqlError::Erased));
        }
        if before.is_some_and(|record| !self.passes(record, store)) {
            self.lost_races += 1;
            return Progress::More;
        }
        match Record::after(before, store) {
            Ok(record) => {
                running.after[place] = Some(record);
                Progress::More
            }
            Err(_) => Progress::Done(Err(SqlError::UniqueViolation)),
        }
    }

    fn passes(&self, record: &Record, store: &Store) -> bool {
        match self.weakness {
            Some(Weakness::NoGuard) => true,
            Some(Weakness::RevisionGuard) => store.seen.is_some_and(|seen| seen.revision == record.revision),
            _ => store.seen == Some(record.seen()),
        }
    }

    fn finish_store(&mut self, running: &mut Running) -> Result<Reply, SqlError> {
        let Request::Store(stores) = &running.request else { return Err(SqlError::Other) };
        let mut epochs = Vec::with_capacity(stores.len());
        for (store, after) in stores.iter().zip(std::mem::take(&mut running.after)) {
            epochs.push(after.as_ref().map(|record| record.epoch));
            let Some(record) = after else { continue };
            let author = Author::Batch(running.batch);
            if running.autocommit {
                self.commit(store.owner.clone(), Some(record), author);
            } else {
                let uncommitted = self.uncommitted.entry(running.session).or_default();
                uncommitted.push((store.owner.clone(), record, author));
            }
        }
        if running.autocommit {
            self.end(running.session);
        }
        Ok(Reply::Stored(epochs))
    }

    fn commit(&mut self, owner: OwnerId, after: Option<Record>, author: Author) {
        let after = after.map(Arc::new);
        match &after {
            Some(record) => self.owners.insert(owner.clone(), Arc::clone(record)),
            None => self.owners.remove(&owner),
        };
        let at = self.tick();
        self.log.push(Commit { at, owner, after, author });
    }

    /// Rolls back what is uncommitted and releases the locks.
    pub(super) fn end(&mut self, session: SessionId) {
        self.uncommitted.remove(&session);
        self.holders.retain(|_, holder| *holder != session);
    }

    /// Changes an owner in one statement, unless a session has locked the row.
    pub(super) fn change(
        &mut self,
        owner: &OwnerId,
        author: Author,
        change: impl FnOnce(Option<&Record>) -> Option<Record>,
    ) {
        if self.holders.contains_key(owner) {
            return;
        }
        let before = self.record(owner);
        let after = change(before);
        if after.as_ref() != before {
            self.commit(owner.clone(), after, author);
        }
    }
}

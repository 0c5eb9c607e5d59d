use std::collections::BTreeMap;

use domain::{
    Command, EntityTags, NewTask, Outcome, Owner, Precondition, RepositoryError, Revision, TaskRepository,
    TrashCapacity,
};
use pollster::block_on;

use super::choice::Numbers;
use super::moment;
use super::translation::{
    change, description, owner_name, precondition, query, replied, shown, task_id, time, title,
};
use crate::linearizability::{Call, Event, Reply};

/// One caller of the workload.
pub(super) struct Actor<'a> {
    pub(super) repository: &'a dyn TaskRepository,
    pub(super) seed: u64,
    pub(super) number: u64,
    pub(super) numbers: Numbers,
    /// The revision of each owner's tasks as far as this one knows.
    pub(super) seen: BTreeMap<(u64, u64), i64>,
    /// The revisions of its own deletions, until it restores or purges the task.
    pub(super) deleted: BTreeMap<(u64, u64), i64>,
    pub(super) events: Vec<Event>,
}

impl<'a> Actor<'a> {
    pub(super) fn new(repository: &'a dyn TaskRepository, seed: u64, number: u64, numbers: Numbers) -> Self {
        Self {
            repository,
            seed,
            number,
            numbers,
            seen: BTreeMap::new(),
            deleted: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    pub(super) fn act(&mut self, rounds: u64) -> Vec<Event> {
        for round in 0..rounds {
            if let Some((owner, calls, at)) = self.choose_several(round) {
                self.call_together(owner, calls, at, round % 2 == 0);
            } else {
                let (owner, call) = self.choose(round);
                self.call(owner, call);
            }
        }
        std::mem::take(&mut self.events)
    }

    /// Makes a call and records the event.
    pub(super) fn call(&mut self, number: u64, call: Call) {
        let name = owner_name(self.seed, number);
        let owner = Owner::for_test(&name);
        let begun = moment();
        let reply = block_on(self.execute(&owner, &call));
        let ended = moment();
        self.learn(number, &call, &reply);
        self.events.push(Event { owner: name, begun, ended, call, reply });
    }

    async fn execute(&self, owner: &Owner, call: &Call) -> Reply {
        let to = self.repository;
        match call {
            Call::Get { id } => replied(to.get(owner, task_id(*id)).await),
            Call::List(asked) => match to.list(owner, query(asked)).await {
                Ok(page) => {
                    let tasks = page.tasks.into_iter().map(shown).collect();
                    Reply::Page { tasks, more: page.more, total: page.total }
                }
                Err(error) => replied(Err(error)),
            },
            Call::Create { at, .. } | Call::Update { at, .. } | Call::Restore { at, .. } => {
                self.write(owner, call, *at).await
            }
            Call::Delete { .. } | Call::Purge { .. } => self.write(owner, call, 0).await,
        }
    }

    async fn write(&self, owner: &Owner, call: &Call, at: i64) -> Reply {
        let command = command(call).unwrap_or(Command::LookUp);
        match self.repository.write(owner, command, time(at)).await {
            Ok(done) => outcome(done),
            Err(error) => replied(Err::<_, RepositoryError>(error)),
        }
    }

    pub(super) fn learn(&mut self, owner: u64, call: &Call, reply: &Reply) {
        if let (Reply::Deleted { revision }, Call::Delete { id, .. }) = (reply, call) {
            self.deleted.insert((owner, *id), *revision);
        }
        match (reply, call.id()) {
            (Reply::Task(state) | Reply::Unchanged(state), Some(id)) => {
                self.seen.insert((owner, id), state.revision);
            }
            (Reply::Rejected { current }, Some(id)) => {
                self.seen.insert((owner, id), *current);
            }
            (Reply::Page { tasks, .. }, _) => {
                self.seen.extend(tasks.iter().map(|(id, state)| ((owner, *id), state.revision)));
            }
            _ => {}
        }
    }
}

/// The command of a call that writes.
pub(super) fn command(call: &Call) -> Option<Command> {
    Some(match call {
        Call::Create { id, title: text, description: more, completed, .. } => {
            let description = more.clone().map(description);
            let new = NewTask::new(task_id(*id), title(text.clone()));
            Command::Create(NewTask { description, completed: *completed, ..new })
        }
        Call::Update { id, change: asked, condition, .. } => {
            let (change, precondition) = (change(asked), precondition(condition));
            Command::Update { id: task_id(*id), change, precondition }
        }
        Call::Delete { id, condition, for_good } => {
            let trash = if *for_good { TrashCapacity::NONE } else { TrashCapacity::UNLIMITED };
            Command::Delete { id: task_id(*id), precondition: precondition(condition), trash }
        }
        Call::Restore { id, deletion, .. } => {
            let if_match = Some(EntityTags::Revisions(vec![Revision::new(*deletion)]));
            let precondition = Precondition { if_match, ..Precondition::default() };
            Command::Restore { id: task_id(*id), precondition }
        }
        Call::Purge { id, condition } => {
            Command::Purge { id: task_id(*id), precondition: precondition(condition) }
        }
        Call::Get { .. } | Call::List(_) => return None,
    })
}

/// The reply to an outcome.
pub(super) fn outcome(outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Deleted(revision) => Reply::Deleted { revision: revision.number() },
        Outcome::Task(task) => replied(Ok(task)),
        Outcome::Unchanged(task) => Reply::Unchanged(shown(task).1),
        other => Reply::Failed(format!("a write returned {other:?}")),
    }
}

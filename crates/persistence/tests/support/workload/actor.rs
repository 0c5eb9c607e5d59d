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
    repository: &'a dyn TaskRepository,
    seed: u64,
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
            let (owner, call) = self.choose(round);
            self.call(owner, call);
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
            Call::Create { id, title: text, description: more, completed, at } => {
                let description = more.clone().map(description);
                let new = NewTask::new(task_id(*id), title(text.clone()));
                let task = NewTask { description, completed: *completed, ..new };
                replied(to.create(owner, task, time(*at)).await)
            }
            Call::Get { id } => replied(to.get(owner, task_id(*id)).await),
            Call::List(asked) => match to.list(owner, query(asked)).await {
                Ok(page) => {
                    let tasks = page.tasks.into_iter().map(shown).collect();
                    Reply::Page { tasks, more: page.more, total: page.total }
                }
                Err(error) => replied(Err(error)),
            },
            Call::Update { id, change: asked, condition, at } => {
                let (change, precondition) = (change(asked), precondition(condition));
                let command = Command::Update { id: task_id(*id), change, precondition };
                self.write(owner, command, *at).await
            }
            Call::Delete { id, condition, for_good } => {
                let trash = if *for_good { TrashCapacity::NONE } else { TrashCapacity::UNLIMITED };
                let precondition = precondition(condition);
                self.write(owner, Command::Delete { id: task_id(*id), precondition, trash }, 0).await
            }
            Call::Restore { id, deletion, at } => {
                let if_match = Some(EntityTags::Revisions(vec![Revision::new(*deletion)]));
                let precondition = Precondition { if_match, ..Precondition::default() };
                self.write(owner, Command::Restore { id: task_id(*id), precondition }, *at).await
            }
            Call::Purge { id, condition } => {
                let precondition = precondition(condition);
                self.write(owner, Command::Purge { id: task_id(*id), precondition }, 0).await
            }
        }
    }

    async fn write(&self, owner: &Owner, command: Command, at: i64) -> Reply {
        match self.repository.write(owner, command, time(at)).await {
            Ok(Outcome::Deleted(revision)) => Reply::Deleted { revision: revision.number() },
            Ok(Outcome::Task(task)) => replied(Ok(task)),
            Ok(Outcome::Unchanged(task)) => Reply::Unchanged(shown(task).1),
            Ok(other) => Reply::Failed(format!("a write returned {other:?}")),
            Err(error) => replied(Err::<_, RepositoryError>(error)),
        }
    }

    fn learn(&mut self, owner: u64, call: &Call, reply: &Reply) {
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

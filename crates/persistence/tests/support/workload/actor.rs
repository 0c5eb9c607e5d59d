use std::collections::BTreeMap;

use domain::{
    Command, EntityTags, ListChange, ListCommand, NewList, NewTask, Outcome, Owner, Precondition, Revision,
    TaskRepository, TasksOfList, TrashCapacity,
};
use pollster::block_on;

use super::choice::Numbers;
use super::client::Client;
use super::moment;
use super::translation::{
    change, description, failed, list_id, list_name, move_to, owner_name, precondition, query, replied,
    shown, shown_list, shown_lists, task_id, time, title,
};
use crate::linearizability::feed::Position;
use crate::linearizability::{Call, Event, Fate, Reply};

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
    /// The revision of each owner's lists as far as this one knows.
    pub(super) seen_lists: BTreeMap<(u64, u64), i64>,
    /// How far it has read the feed of each owner.
    pub(super) clients: BTreeMap<u64, Client>,
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
            seen_lists: BTreeMap::new(),
            clients: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    pub(super) fn act(&mut self, rounds: u64) -> Vec<Event> {
        for round in 0..rounds {
            if let Some((owner, calls, at)) = self.choose_several(round) {
                self.call_together(owner, calls, at, round % 2 == 0);
            } else {
                let (owner, call) = self.choose(round);
                self.call(owner, call.clone());
                for later in [round + 100, round + 200] {
                    let Some((owner, call)) = self.go_on(owner, &call, later) else { break };
                    self.call(owner, call);
                }
            }
        }
        std::mem::take(&mut self.events)
    }

    /// Makes a call and records the event.
    pub(super) fn call(&mut self, number: u64, call: Call) {
        let name = owner_name(self.seed, number);
        let owner = Owner::for_test(&name);
        let begun = moment();
        let reply = block_on(self.execute(number, &owner, &call));
        let ended = moment();
        self.learn(number, &call, &reply);
        self.events.push(Event { owner: name, begun, ended, call, reply });
    }

    /// Reads the feed until nothing follows, and returns the revision that it is at then.
    pub(super) fn follow(&mut self, owner: u64, from: Position, limit: u32) -> i64 {
        let mut after = from;
        loop {
            self.call(owner, Call::Changes { after, limit });
            match self.events.last().map(|event| &event.reply) {
                Some(Reply::Changes { next, more: true, .. }) => after = *next,
                Some(Reply::Changes { next: Position::At(revision), .. }) => return *revision,
                other => panic!("{other:?}"),
            }
        }
    }

    async fn execute(&mut self, number: u64, owner: &Owner, call: &Call) -> Reply {
        let to = self.repository;
        match call {
            Call::Get { id } => replied(to.get(owner, task_id(*id)).await),
            Call::List(asked) => to.list(owner, query(asked)).await.map_or_else(failed, |page| {
                let tasks = page.tasks.into_iter().map(shown).collect();
                Reply::Page { tasks, more: page.more, total: page.total }
            }),
            Call::TaskLists => to.lists(owner, true).await.map_or_else(failed, shown_lists),
            Call::Changes { after, limit } => {
                self.clients.entry(number).or_default().read(to, owner, *after, *limit).await
            }
            call => {
                let command = command(call).unwrap_or(Command::LookUp);
                to.write(owner, command, time(timestamp(call))).await.map_or_else(failed, outcome)
            }
        }
    }

    pub(super) fn learn(&mut self, owner: u64, call: &Call, reply: &Reply) {
        if let (Reply::Deleted { revision }, Call::Delete { id, .. }) = (reply, call) {
            self.deleted.insert((owner, *id), *revision);
        }
        if let Some(list) = call.list().filter(|_| call.id().is_none()) {
            let revision = match reply {
                Reply::TaskList(state) => Some(state.revision),
                Reply::Rejected { current } | Reply::Taken { current: Some(current) } => Some(*current),
                _ => None,
            };
            self.seen_lists.remove(&(owner, list));
            self.seen_lists.extend(revision.map(|revision| ((owner, list), revision)));
        }
        if let Reply::TaskLists(lists) = reply {
            self.seen_lists.extend(lists.iter().map(|(id, state, _)| ((owner, *id), state.revision)));
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

/// The timestamp of a write; 0 for one whose time the model does not see.
const fn timestamp(call: &Call) -> i64 {
    match call {
        Call::Create { at, .. }
        | Call::Update { at, .. }
        | Call::Restore { at, .. }
        | Call::Move { at, .. }
        | Call::CreateList { at, .. }
        | Call::RenameList { at, .. }
        | Call::MoveList { at, .. }
        | Call::DeleteList { at, .. } => *at,
        _ => 0,
    }
}

/// The command of a call that writes.
pub(super) fn command(call: &Call) -> Option<Command> {
    Some(match call {
        Call::Create { id, title: text, description: more, completed, list, .. } => {
            let description = more.clone().map(description);
            let new = NewTask::new(task_id(*id), title(text.clone()));
            Command::Create(NewTask { description, completed: *completed, list_id: list.map(list_id), ..new })
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
            Command::Restore { id: task_id(*id), precondition: at_revision(Some(*deletion)) }
        }
        Call::Purge { id, condition } => {
            Command::Purge { id: task_id(*id), precondition: precondition(condition) }
        }
        Call::Move { id, to, condition, .. } => {
            let (id, to) = (task_id(*id), move_to(*to, task_id));
            Command::Move { id, to, precondition: precondition(condition) }
        }
        _ => Command::List(command_on_lists(call)?),
    })
}

fn command_on_lists(call: &Call) -> Option<ListCommand> {
    Some(match call {
        Call::CreateList { list, name, .. } => {
            ListCommand::Create(NewList { id: list_id(*list), name: list_name(name), color: None })
        }
        Call::RenameList { list, name, seen, .. } => {
            let change = ListChange { name: Some(list_name(name)), color: None };
            ListCommand::Update { id: list_id(*list), change, precondition: at_revision(*seen) }
        }
        Call::MoveList { list, to, seen, .. } => {
            let (id, to) = (list_id(*list), move_to(*to, list_id));
            ListCommand::Move { id, to, precondition: at_revision(Some(*seen)) }
        }
        Call::DeleteList { list, fate, condition, .. } => {
            let tasks = match fate {
                Fate::Keep => TasksOfList::Keep,
                Fate::Trash => TasksOfList::Trash(TrashCapacity::UNLIMITED),
                Fate::DeleteForGood => TasksOfList::Trash(TrashCapacity::NONE),
            };
            ListCommand::Delete { id: list_id(*list), tasks, precondition: precondition(condition) }
        }
        _ => return None,
    })
}

fn at_revision(revision: Option<i64>) -> Precondition {
    let if_match = revision.map(|revision| EntityTags::Revisions(vec![Revision::new(revision)]));
    Precondition { if_match, ..Precondition::default() }
}

/// The reply to an outcome.
pub(super) fn outcome(outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Deleted(revision) => Reply::Deleted { revision: revision.number() },
        Outcome::Task(task) => replied(Ok(task)),
        Outcome::Unchanged(task) => Reply::Unchanged(shown(task).1),
        Outcome::List(list) => Reply::TaskList(shown_list(&list).1),
        other => Reply::Failed(format!("a write returned {other:?}")),
    }
}

//! Calls that one worker runs together.

use std::time::Instant;

use domain::OwnerId;

use super::Request;
use crate::backend::Backend;
use crate::workers::Context;
use crate::workers::call::{PendingCall, Reply};

/// Requests and their calls, in the same order.
pub(crate) struct Group<R, A> {
    pub(crate) requests: Vec<R>,
    pub(crate) calls: Vec<PendingCall<A>>,
    /// The owners for which this group counts as running, if that is limited.
    pub(crate) owners: Vec<Option<OwnerId>>,
}

impl<R, A> Default for Group<R, A> {
    fn default() -> Self {
        Self { requests: Vec::new(), calls: Vec::new(), owners: Vec::new() }
    }
}

impl<R, A> Group<R, A> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub(crate) const fn len(&self) -> usize {
        self.requests.len()
    }

    /// Keeps the calls that match.
    pub(crate) fn retain(&mut self, keep: impl Fn(&PendingCall<A>) -> bool) {
        let keeps: Vec<bool> = self.calls.iter().map(keep).collect();
        if keeps.iter().all(|keeps| *keeps) {
            return;
        }
        let (mut requests, mut calls) = (keeps.iter(), keeps.iter());
        self.requests.retain(|_| requests.next() == Some(&true));
        self.calls.retain(|_| calls.next() == Some(&true));
    }

    /// Sends each call its reply.
    pub(crate) fn reply(&self, outcomes: Vec<Reply<A>>) {
        for (call, outcome) in self.calls.iter().zip(outcomes) {
            call.reply(outcome);
        }
    }

    /// Sends all calls the same reply.
    pub(crate) fn reply_all(&self, outcome: impl Fn() -> Reply<A>) {
        self.calls.iter().for_each(|call| call.reply(outcome()));
    }

    /// Splits the group into single calls.
    pub(crate) fn split_each(self) -> Vec<Self> {
        let single =
            |(request, call)| Self { requests: vec![request], calls: vec![call], owners: Vec::new() };
        self.requests.into_iter().zip(self.calls).map(single).collect()
    }

    /// Marks the calls as begun, and removes cancelled and expired ones.
    pub(crate) fn begin<B: Backend>(&mut self, context: &Context<B>, first: bool) {
        let now = Instant::now();
        self.retain(|call| call.begin(context.timeouts.response));
        for call in self.calls.iter().filter(|_| first) {
            let waited = now.saturating_duration_since(call.submitted());
            context.observer.queue_wait(context.kind, waited);
        }
    }
}

impl<R: Request, A> Group<R, A> {
    /// Whether the calls belong to several owners.
    pub(crate) fn has_several_owners(&self) -> bool {
        let mut owners = self.requests.iter().map(Request::owner);
        let first = owners.next();
        owners.any(|owner| Some(owner) != first)
    }
}

//! Several calls in one request. Each is an event of its own, in the time of the request: what is between them in the
//! history of the owner, the contract tests.

use domain::{Bulk, Command, Operation, OperationError, OperationResult, Outcome, Owner, RepositoryError};
use pollster::block_on;

use super::actor::{Actor, command, outcome};
use super::moment;
use super::translation::{failed, owner_name, time};
use crate::linearizability::{Call, Event, Reply};

impl Actor<'_> {
    /// Makes calls at the same timestamp in one request, each on its own or all together, and records those that were executed.
    pub(super) fn call_together(&mut self, number: u64, calls: Vec<Call>, at: i64, atomic: bool) {
        let name = owner_name(self.seed, number);
        let owner = Owner::for_test(&name);
        let operation = |call: &Call| Operation { command: command(call), unchanged_since: None };
        let list = Bulk { atomic, operations: calls.iter().map(operation).collect() };
        let begun = moment();
        let executed = block_on(self.repository.write(&owner, Command::Bulk(list), time(at)));
        let ended = moment();
        let results = match executed {
            Ok(Outcome::Bulk(results)) => results,
            // Which of them fails depends on those before it, which are not executed.
            Err(RepositoryError::Operation(_)) if atomic => Vec::new(),
            other => panic!("{other:?}"),
        };
        for (call, result) in calls.into_iter().zip(results) {
            let reply = reply(result);
            self.learn(number, &call, &reply);
            self.events.push(Event { owner: name.clone(), begun, ended, call, reply });
        }
    }
}

fn reply(result: OperationResult) -> Reply {
    match result {
        Ok(done) => outcome(done),
        Err(OperationError::Rejected { rejection, .. }) => failed(rejection.into()),
        Err(error) => Reply::Failed(format!("{error:?}")),
    }
}

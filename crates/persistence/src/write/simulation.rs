//! The write path under schedules that a seed determines.
//!
//! Several processes with several write workers each run the real [`Executor`](super::execute::Executor) on a database
//! in memory, which does what the statements do on PostgreSQL. Whenever a worker takes a step (connect, begin, lock,
//! load, store, commit, last stores, answer), the schedule chooses the next worker and failure: connections are lost
//! before, amid and after statements, whose effects may come later; processes are killed; owners are erased; version
//! 0.1.0 writes beside the others; time passes. At the end of each schedule [`check`](check::check) compares the
//! replies with the commits.
//!
//! A seed that fails is printed. `TASKNOOK_SIMULATION_SEED=<seed> cargo test -p tasknook-persistence --lib simulation`
//! runs it alone and prints its steps. `cargo test … simulation -- --ignored` runs many more schedules.

mod bulk;
mod check;
mod database;
mod history;
mod load;
mod model;
mod random;
mod record;
mod schedule;
mod server;
mod tests;
mod threads;

use super::decided::Decided;
use super::group::OwnerCommands;
use super::round::OnOutcome;
use random::Random;
use schedule::Schedule;
use server::Weakness;

/// A fault of the executor that the simulation has to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Planted {
    /// The cache keeps what is out of date.
    KeptCache,
    /// An owner from the cache is used without a look-up of the key.
    UnreadKeys,
    /// A rejection is answered before the effects that it depends on are stored.
    EarlyRejection,
    /// A rejection is answered on the cached row alone.
    CachedRejection,
    /// The order is used although the owner was written after the load.
    LaterOrder,
}

impl Planted {
    /// Answers the rejections of a group whose store has not passed, and leaves the rest.
    pub(super) fn answer_early(
        planted: Option<Self>,
        mut group: OwnerCommands,
        decided: Decided,
        answer: OnOutcome<'_>,
    ) -> OwnerCommands {
        if planted != Some(Self::EarlyRejection) {
            return group;
        }
        let (rejected, rest): (Vec<_>, Vec<_>) =
            group.items.drain(..).zip(decided.outcomes).partition(|(_, outcome)| outcome.is_err());
        for (item, rejection) in rejected {
            answer(item.index, rejection.map_err(Into::into));
        }
        group.items = rest.into_iter().map(|(item, _)| item).collect();
        group
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Server(Weakness),
    Executor(Planted),
}

impl Fault {
    const fn of_the_server(self) -> Option<Weakness> {
        if let Self::Server(weakness) = self { Some(weakness) } else { None }
    }

    const fn of_the_executor(self) -> Option<Planted> {
        if let Self::Executor(planted) = self { Some(planted) } else { None }
    }
}

/// Runs the schedule of a seed and checks it.
fn run(seed: u64, fault: Option<Fault>, shown: bool) -> Result<Schedule, String> {
    let schedule = threads::run(Schedule::new(Random::new(seed), shown), fault)?;
    check::check(&schedule.history, &schedule.server.log)?;
    Ok(schedule)
}

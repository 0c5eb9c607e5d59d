//! Checks the replies and the commits of a schedule, in commit order.
//!
//! The server knows the batch of each commit, so the order need not be searched: each commit of a batch must be the result
//! of the batch's calls for this owner, in order, on the record before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{IdempotencyKey, OwnerId, RequestDigest, Task, TaskId, Timestamp};

use super::history::{Answer, Call, History};
use super::model;
use super::record::Record;
use super::server::{Author, Commit};
use crate::backend::FailureKind;

/// The fewest commits of others to an owner that is given up. An erasure can fail two attempts: it changes the row of one, and
/// leaves the next no row to lock.
const LOSSES_ALONE: usize = 6;
/// The same in a batch with other owners, whose conflicts fail its first attempts.
const LOSSES_TOGETHER: usize = 2;

/// The commits of each owner, in their order.
type Owners<'a> = BTreeMap<&'a OwnerId, Vec<&'a Commit>>;

/// The results of the calls where they were committed, by index in the history.
type Applied = BTreeMap<usize, Vec<(u64, Answer)>>;

/// Nothing, or what is wrong.
pub(super) fn check(history: &History, log: &[Commit]) -> Result<(), String> {
    let mut owners = Owners::new();
    for commit in log {
        owners.entry(&commit.owner).or_default().push(commit);
    }
    for call in &history.calls {
        owners.entry(&call.owner).or_default();
    }
    let mut applied = Applied::new();
    for commits in owners.values() {
        replay(history, commits, &mut applied)?;
        for life in commits.split(|commit| commit.author == Author::Erasure) {
            bring_copies_up_to_date(life)?;
        }
    }
    for (number, batch) in history.batches.iter().enumerate() {
        for place in &batch.calls {
            let call = &history.calls[*place];
            let applied = applied.get(place).map(Vec::as_slice).unwrap_or_default();
            verify(history, number, call, applied, &owners)
                .map_err(|wrong| format!("{wrong}\n  call {place} in batch {number}: {call:?}"))?;
        }
    }
    Ok(())
}

fn replay(history: &History, commits: &[&Commit], applied: &mut Applied) -> Result<(), String> {
    let nothing = Record::default();
    let mut before: Option<&Record> = None;
    let mut stored: BTreeSet<usize> = BTreeSet::new();
    let mut epochs: BTreeSet<i64> = BTreeSet::new();
    for commit in commits {
        let after = commit.after.as_deref();
        match (commit.author, after) {
            (Author::Batch(number), Some(after)) => {
                let fail = |what: &str| {
                    Err(format!("{what} at {}, batch {number}:\n  {before:?}\n  {after:?}", commit.at))
                };
                let is_first = stored.insert(number);
                if !is_first && !comes_back(history, number, before) {
                    return fail("a batch was stored twice");
                }
                if is_first && before.is_none() && !epochs.insert(after.epoch) {
                    return fail("an erased owner has come back");
                }
                let mut expected = before.unwrap_or(&nothing).clone();
                for place in &history.batches[number].calls {
                    let call = &history.calls[*place];
                    if call.owner == commit.owner && !(is_first && is_answered_before(call, commit.at)) {
                        let answer = model::apply(&mut expected, call, history.quota);
                        applied.entry(*place).or_default().push((commit.at, answer));
                    }
                }
                let keys_before = before.map(|before| before.keys.as_slice()).unwrap_or_default();
                if expected.revision == before.map_or(0, |before| before.revision)
                    && expected.keys == keys_before
                {
                    return fail("a batch was stored that changes nothing");
                }
                let counts = |record: &Record| (record.revision, record.live_tasks, record.trashed_tasks);
                if counts(after) != counts(&expected)
                    || after.tasks != expected.tasks
                    || deletions(after) != deletions(&expected)
                    || (&after.lists, &after.list_tombstones) != (&expected.lists, &expected.list_tombstones)
                    || !recorded(after).eq(recorded(&expected))
                {
                    return fail("the stored rows are not the result of the calls");
                }
                if after.version != before.map_or(0, |before| before.version) + 1 {
                    return fail("the version was not raised by one");
                }
                if before.is_some_and(|before| before.epoch != after.epoch) {
                    return fail("the epoch changed");
                }
            }
            (Author::Old, Some(after)) if after.revision == before.map_or(0, |b| b.revision) + 1 => {}
            (Author::Erasure, None) => {}
            (Author::Erasure, Some(after)) if after.revision == 0 && epochs.insert(after.epoch) => {}
            _ => return Err(format!("a commit that cannot be: {commit:?}")),
        }
        let is_wrong = |counted: i64, tasks: usize| usize::try_from(counted) != Ok(tasks);
        if after.is_some_and(|after| is_wrong(after.live_tasks, after.live().count())) {
            return Err(format!("the number of live tasks is wrong: {commit:?}"));
        }
        if after.is_some_and(|after| is_wrong(after.trashed_tasks, after.trash().len())) {
            return Err(format!("the number of trashed tasks is wrong: {commit:?}"));
        }
        before = after;
    }
    Ok(())
}

/// Whether a call was answered on its own, apart from the commit, because it writes nothing.
fn is_answered_before(call: &Call, commit: u64) -> bool {
    call.answer.as_ref().is_some_and(|(at, answer)| *at < commit && answer.writes_nothing())
}

/// The one case in which two stores of a batch may pass: the owner was new, the first one's connection was lost, and
/// an erasure between them has left nothing that the guard could see. The owner comes back with the same epoch. An
/// erasure that leaves an empty row with another epoch prevents it.
fn comes_back(history: &History, batch: usize, before: Option<&Record>) -> bool {
    before.is_none() && history.batches[batch].lost
}

/// The tombstones of tasks that are not there again.
fn deletions(record: &Record) -> Vec<(TaskId, i64)> {
    let is_gone = |id: &TaskId| !record.tasks.contains_key(id);
    record.tombstones.iter().filter(|(id, _)| is_gone(id)).map(|(id, at)| (*id, *at)).collect()
}

/// The recorded requests without their places.
fn recorded(record: &Record) -> impl Iterator<Item = (&IdempotencyKey, RequestDigest, &[u8], Timestamp)> {
    record.keys.iter().map(|known| (&known.key, known.request, &*known.response, known.place.at))
}

/// A copy as of any commit is up to date after the changes since its revision.
fn bring_copies_up_to_date(commits: &[&Commit]) -> Result<(), String> {
    let records: Vec<&Record> = commits.iter().filter_map(|commit| commit.after.as_deref()).collect();
    let empty = Record::default();
    for (place, later) in records.iter().enumerate() {
        for earlier in std::iter::once(&&empty).chain(records.iter().take(place)) {
            let mut copy: BTreeMap<TaskId, &Task> = earlier.live().map(|task| (task.id, task)).collect();
            for (_, id, change) in later.changes_since(earlier.revision) {
                match change {
                    Some(task) => copy.insert(id, task),
                    None => copy.remove(&id),
                };
            }
            if !copy.into_values().eq(later.live()) {
                let since = earlier.revision;
                return Err(format!("the changes since {since} do not bring a copy up to date: {later:?}"));
            }
        }
    }
    Ok(())
}

fn verify(
    history: &History,
    number: usize,
    call: &Call,
    applied: &[(u64, Answer)],
    owners: &Owners<'_>,
) -> Result<(), String> {
    let batch = &history.batches[number];
    let commits = &owners[&call.owner];
    let Some((end, answer)) = &call.answer else {
        return if batch.killed { Ok(()) } else { Err("a call has no answer".into()) };
    };
    let others = |commits: &[&Commit]| {
        let between = |commit: &&&Commit| commit.at > batch.begin && commit.at < *end;
        let by_others = |commit: &&&Commit| commit.author != Author::Batch(number);
        commits.iter().filter(between).filter(by_others).count()
    };
    if call.calm && matches!(answer, Answer::Unavailable | Answer::Unknown | Answer::Fault) {
        return Err("a call failed when nothing else did".into());
    }
    let is_stored = !applied.is_empty();
    match answer {
        Answer::Unavailable | Answer::Fault if is_stored => Err("a call that failed was stored".into()),
        Answer::Unavailable | Answer::Fault if batch.disturbed => Ok(()),
        Answer::Unavailable | Answer::Fault => {
            let is_alone = batch.calls.iter().all(|place| history.calls[*place].owner == call.owner);
            let losses = if is_alone { LOSSES_ALONE } else { LOSSES_TOGETHER };
            let gave_up = *answer == Answer::Unavailable && others(commits) >= losses;
            if gave_up { Ok(()) } else { Err("a call failed without a cause".into()) }
        }
        Answer::Unknown if !batch.lost => Err("an outcome is unknown although nothing was lost".into()),
        Answer::Unknown => {
            let undone = matches!(batch.last_failure, Some(FailureKind::Conflict | FailureKind::Duplicate));
            // What is cached may be older than the batch.
            let is_own =
                |author| matches!(author, Author::Batch(of) if history.batches[of].worker == batch.worker);
            let is_by_others = |commit: &&Commit| commit.at < *end && !is_own(commit.author);
            if undone && !commits.iter().any(is_by_others) {
                return Err("an outcome is unknown for the sake of another owner".into());
            }
            Ok(())
        }
        _ if applied.iter().any(|(at, right)| right == answer && call.begin < *at && at < end) => Ok(()),
        _ if was_right(call, *end, commits, history.quota) => Ok(()),
        _ if answer.is_success() => Err(format!("a success is not what was stored: {applied:?}")),
        _ => Err("an answer was never right".into()),
    }
}

/// Whether the answer of a call that writes nothing was correct at some time between call and reply.
fn was_right(call: &Call, end: u64, commits: &[&Commit], quota: u64) -> bool {
    let Some((_, answer)) = &call.answer else { return true };
    let first = commits.partition_point(|commit| commit.at < call.begin);
    let last = commits.partition_point(|commit| commit.at < end);
    let before = first.checked_sub(1).and_then(|place| commits[place].after.clone());
    let then = commits[first..last].iter().map(|commit| commit.after.clone());
    let right = |record: Option<Arc<Record>>| {
        let before = record.as_deref().cloned().unwrap_or_default();
        let mut after = before.clone();
        model::apply(&mut after, call, quota) == *answer && after == before
    };
    std::iter::once(before).chain(then).any(right)
}

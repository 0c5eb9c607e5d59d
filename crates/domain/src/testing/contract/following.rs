//! A client that starts empty and follows the changes has what is listed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use pollster::block_on;

use super::fresh_owner;
use crate::testing::{AnyWrites, Follower, Numbers};
use crate::{FeedPosition, Owner, TaskRepository};

/// A page of so many changes.
fn any_limit(numbers: &mut Numbers) -> u32 {
    numbers.one_of(&[1, 2, 3, 5, 1000])
}

pub fn followers_have_what_is_listed(repository: &dyn TaskRepository) {
    let (mut compared, mut resyncs) = (0, 0);
    for seed in 0..4 {
        let numbers = &mut Numbers::new(seed);
        let owners: Vec<Owner> = (0..2).map(|_| fresh_owner("followed")).collect();
        let mut writes = AnyWrites::new(&owners, seed);
        let mut followers: Vec<Follower> =
            owners.iter().cycle().take(4).cloned().map(Follower::new).collect();
        let mut kept = followers.clone();
        for _ in 0..160 {
            writes.write(repository);
            let place = usize::try_from(numbers.below(4)).unwrap();
            let (follower, kept) = (&mut followers[place], &mut kept[place]);
            match numbers.below(20) {
                // It goes on with what it had at an earlier position.
                0 => *follower = kept.clone(),
                1 => *kept = follower.clone(),
                _ => {}
            }
            let owner = &owners[place % 2];
            while follower.read(repository, any_limit(numbers)) && numbers.is_one_in(2) {}
            if follower.position() == FeedPosition::At(block_on(repository.revision(owner)).unwrap()) {
                assert!(follower.has_what_is_listed(repository), "{follower:?}");
                compared += 1;
            }
        }
        for mut follower in followers.into_iter().chain(kept) {
            follower.catch_up(repository, any_limit(numbers));
            assert!(follower.has_what_is_listed(repository), "{follower:?}");
            resyncs += follower.resyncs();
        }
    }
    assert!(compared > 50 && resyncs > 3, "{compared} {resyncs}");
}

pub fn followers_beside_writers_have_what_is_listed(repository: &dyn TaskRepository) {
    let owners = [fresh_owner("followed"), fresh_owner("followed")];
    let over = AtomicBool::new(false);
    let followers: Vec<Follower> = thread::scope(|scope| {
        let (owners, over) = (&owners, &over);
        let writers: Vec<_> = (0..6)
            .map(|seed| {
                scope.spawn(move || {
                    let mut writes = AnyWrites::new(owners, seed);
                    (0..60).for_each(|_| writes.write(repository));
                })
            })
            .collect();
        let follow = |seed: u64| {
            scope.spawn(move || {
                let numbers = &mut Numbers::new(seed);
                let mut follower = Follower::new(numbers.one_of(owners));
                while !over.load(Ordering::Relaxed) {
                    let _ = follower.read(repository, any_limit(numbers));
                }
                follower
            })
        };
        let followers: Vec<_> = (0..4).map(follow).collect();
        let written: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        // Before a failure of a writer ends the test: the followers would never end.
        over.store(true, Ordering::Relaxed);
        for result in written {
            result.unwrap();
        }
        followers.into_iter().map(|follower| follower.join().unwrap()).collect()
    });
    for mut follower in followers {
        follower.catch_up(repository, 7);
        assert!(follower.has_what_is_listed(repository), "{follower:?}");
    }
}

pub fn snapshots_beside_writes_lose_nothing(repository: &dyn TaskRepository) {
    let mut written = 0;
    for seed in 0..8 {
        let owner = fresh_owner("alice");
        let mut writes = AnyWrites::new(std::slice::from_ref(&owner), seed);
        (0..60).for_each(|_| writes.write(repository));
        let mut follower = Follower::new(owner.clone());
        while follower.read(repository, 2) {
            (0..3).for_each(|_| writes.write(repository));
        }
        let present = FeedPosition::At(block_on(repository.revision(&owner)).unwrap());
        written += usize::from(follower.position() != present && follower.resyncs() == 0);
        follower.catch_up(repository, 4);
        assert!(follower.has_what_is_listed(repository), "{follower:?}");
    }
    assert!(written > 3, "{written}");
}

//! What every task repository keeps. [`repository_contract!`](crate::repository_contract) makes a test of each sentence
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "compiled for tests alone; each function is named by the sentence it shows"
)]
//! for one adapter; the sentences take owners of their own, so they may share one database.

mod listing;
mod racing;
mod writing;

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::{Description, NewTask, Owner, Task, TaskId, TaskRepository, Timestamp, Title};

pub use listing::*;
pub use racing::*;
pub use writing::*;

/// Makes one `#[test]` of each sentence of the contract. The expression is evaluated once a test; it gives something
/// that dereferences to a [`TaskRepository`] and lives as long as the test.
#[macro_export]
macro_rules! repository_contract {
    ($repository:expr) => {
        $crate::repository_contract! { @each $repository;
            a_new_task_is_read_back_as_it_was_written
            every_script_comes_back_as_it_was_written
            a_task_that_never_was_is_not_found
            a_task_of_another_owner_is_not_found_and_not_touched
            owners_that_differ_in_one_byte_share_nothing
            a_change_leaves_alone_what_it_does_not_name
            a_description_can_be_cleared
            a_toggle_flips_and_a_set_sets
            revisions_of_an_owner_have_no_gaps
            a_precondition_that_fails_names_the_revision_and_writes_nothing
            a_precondition_that_holds_lets_the_write_through
            none_match_excludes_a_write
            a_deleted_task_is_gone_for_reading_writing_and_deleting
            times_keep_their_milliseconds
            a_deletion_has_a_revision_and_frees_the_id
            an_id_in_use_is_rejected_and_nothing_is_written
            the_time_of_a_task_does_not_go_back
            a_list_is_newest_first_with_ties_by_id
            every_order_is_total_both_ways
            titles_sort_without_regard_to_case
            pages_follow_each_other_without_gap_or_repeat
            pages_hold_while_others_write
            a_status_filters
            a_search_is_a_plain_substring_without_regard_to_case
            a_search_follows_a_change
            an_offset_passes_over_and_may_pass_the_end
            a_count_counts_what_the_filter_lets_through
            an_unknown_owner_has_an_empty_list
            of_many_racers_on_one_revision_one_wins
            toggles_of_many_racers_are_all_applied
            creations_of_many_racers_have_revisions_without_gaps
        }
    };
    (@each $repository:expr; $($sentence:ident)*) => {
        $(
            #[test]
            fn $sentence() {
                let repository = $repository;
                $crate::testing::contract::$sentence(&*repository);
            }
        )*
    };
}

/// An owner that no other test has.
pub(crate) fn fresh_owner(name: &str) -> Owner {
    Owner::for_test(&format!("{name}-{}-{}", std::process::id(), serial()))
}

pub(crate) fn fresh_id() -> TaskId {
    let process = u64::from(std::process::id());
    TaskId::new(Uuid::from_u64_pair((process << 32) | 0x7000, (0b10 << 62) | serial()))
}

fn serial() -> u64 {
    static SERIAL: AtomicU64 = AtomicU64::new(1);
    SERIAL.fetch_add(1, Ordering::SeqCst)
}

pub(crate) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465 + millis).unwrap()
}

pub(crate) fn title(text: &str) -> Title {
    Title::parse(text, 200).unwrap()
}

pub(crate) fn description(text: &str) -> Option<Description> {
    Description::parse(text, 1000).unwrap()
}

pub(crate) fn new_task(text: &str) -> NewTask {
    NewTask::new(fresh_id(), title(text))
}

pub(crate) fn create(repository: &dyn TaskRepository, owner: &Owner, task: NewTask, now: Timestamp) -> Task {
    pollster::block_on(repository.create(owner, task, now)).unwrap()
}

pub(crate) fn get(repository: &dyn TaskRepository, owner: &Owner, id: TaskId) -> Task {
    pollster::block_on(repository.get(owner, id)).unwrap()
}

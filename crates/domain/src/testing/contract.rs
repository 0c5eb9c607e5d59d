//! The contract of task repositories. [`repository_contract!`](crate::repository_contract) makes a test of each function
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "compiled for tests only; each function is named after its requirement"
)]
//! for one adapter. Each test uses its own owners, so that all may share one database.

mod bulk;
mod changes;
mod following;
mod idempotency;
mod listed_tasks;
mod listing;
mod lists;
mod members;
mod order;
pub(crate) mod ownership;
mod quota;
mod racing;
mod reading;
mod revisions;
mod trash;
mod writing;

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::{Description, NewTask, Owner, Task, TaskId, TaskRepository, Timestamp, Title};

pub use bulk::*;
pub use changes::*;
pub use following::*;
pub use idempotency::*;
pub use listed_tasks::*;
pub use listing::*;
pub use lists::*;
pub use members::*;
pub use order::*;
pub use ownership::*;
pub use quota::*;
pub use racing::*;
pub use reading::*;
pub use revisions::*;
pub use trash::*;
pub use writing::*;

/// Makes one `#[test]` of each requirement of the contract. The expression is evaluated once per test and must dereference
/// to a [`TaskRepository`].
#[macro_export]
macro_rules! repository_contract {
    ($repository:expr) => {
        $crate::repository_contract! { @each $repository;
            created_tasks_are_read_back_unchanged
            texts_of_every_script_are_stored_unchanged
            unknown_tasks_are_not_found
            tasks_of_other_owners_are_not_found
            owners_that_differ_in_one_byte_share_nothing
            changes_affect_only_named_members
            descriptions_can_be_cleared
            completed_can_be_toggled_and_set
            revisions_of_an_owner_have_no_gaps
            failed_preconditions_return_the_revision
            fulfilled_preconditions_allow_the_write
            if_none_match_rejects_writes
            deleted_tasks_are_not_found
            timestamps_keep_milliseconds
            deletions_have_a_revision_and_free_the_id
            ids_in_use_are_rejected
            ids_are_free_after_an_erasure
            update_times_never_go_back
            lists_are_newest_first_with_ties_by_id
            orders_are_total_in_both_directions
            titles_are_sorted_case_insensitively
            pages_have_no_gaps_or_repetitions
            pages_are_stable_during_writes
            lists_are_filtered_by_status
            searches_are_case_insensitive_substring_matches
            searches_find_texts_that_a_person_considers_the_same
            searches_find_changed_texts
            offsets_may_pass_the_end
            totals_count_all_matches
            unknown_owners_have_empty_lists
            members_are_stored_changed_and_cleared
            completion_times_follow_completed
            writes_without_a_change_keep_the_revision
            lists_are_filtered_by_members
            lists_are_sorted_by_members
            tags_are_counted_in_every_spelling
            tags_of_live_tasks_are_counted
            tags_of_others_are_not_counted
            reads_have_the_revision
            reads_at_one_revision_are_the_same
            overdue_tasks_change_at_their_moment
            revisions_of_recreated_owners_differ
            concurrent_reads_of_revisions_are_answered_each
            one_of_concurrent_conditional_updates_succeeds
            concurrent_toggles_are_all_applied
            concurrent_creates_have_revisions_without_gaps
            one_of_concurrent_creates_with_one_id_succeeds
            erased_owners_begin_again
            erasures_affect_one_owner
            erasures_of_unknown_owners_succeed
            moved_tasks_keep_ids_and_times
            moved_tasks_have_higher_revisions_than_both_owners
            moved_owners_are_erased
            ids_in_use_are_replaced_by_a_move
            moves_of_nothing_change_nothing
            moves_to_the_same_owner_change_nothing
            moves_are_complete_for_many_tasks
            concurrent_moves_lose_and_double_nothing
            repeated_requests_get_the_recorded_response
            keys_of_other_requests_are_rejected
            keys_belong_to_their_owner
            rejected_requests_are_not_recorded
            keys_are_looked_up_without_a_write
            keys_expire
            the_oldest_keys_are_dropped
            responses_are_dropped_beyond_their_bytes
            concurrent_requests_with_a_key_execute_once
            concurrent_rejections_leave_the_key_to_the_next
            erased_owners_have_no_keys
            repeated_moves_get_the_recorded_response
            trashed_tasks_are_not_live
            trashed_tasks_are_restored
            purged_tasks_free_their_id
            emptied_trashes_have_a_revision_per_task
            full_trashes_lose_their_oldest_task
            expired_tasks_are_purged
            trashes_are_listed_like_tasks
            trashes_of_others_are_empty
            erased_owners_have_no_trash
            moved_trashes_keep_times_and_order
            concurrent_deletions_fill_the_trash_exactly
            lists_are_created_last_and_changed
            list_changes_of_no_value_keep_the_revision
            list_names_are_unique_without_case
            failed_preconditions_of_lists_return_the_revision
            list_ids_in_use_are_rejected_first
            recreated_lists_are_new
            an_owner_has_at_most_200_lists
            lists_of_other_owners_are_not_found
            one_of_concurrent_lists_gets_a_name
            erased_owners_have_no_lists
            tasks_are_in_lists_of_their_owner
            live_tasks_of_lists_are_counted
            deleted_lists_leave_their_tasks
            deleted_lists_take_their_tasks_to_the_trash
            lists_larger_than_the_trash_leave_the_last_tasks_there
            moved_lists_are_where_they_were_put
            moved_owners_keep_their_lists
            new_tasks_come_first
            moved_tasks_are_where_they_were_put
            unknown_neighbours_are_rejected
            restored_tasks_have_their_former_place
            moved_trashes_keep_their_places
            full_gaps_are_renumbered
            concurrent_moves_have_unique_keys
            trashes_are_sorted_by_position
            operations_apply_in_sequence
            atomic_operations_are_executed_whole_or_not
            operations_may_depend_on_earlier_ones
            operations_equal_commands_one_by_one
            generated_ids_of_operations_may_be_in_use
            hundreds_of_operations_are_executed
            repeated_operations_get_the_recorded_response
            concurrent_bulks_are_executed_one_after_another
            each_object_is_listed_once_in_its_latest_state
            trashed_and_purged_tasks_are_deleted
            deleted_lists_change_their_tasks
            operations_and_moves_are_changes
            renumbered_tasks_are_changed
            erased_owners_must_resync
            moved_owners_are_followed
            positions_of_the_future_must_resync
            snapshots_have_live_objects_in_pages
            concurrent_pages_of_tasks_and_changes_are_answered_each
            snapshots_beside_writes_lose_nothing
            followers_have_what_is_listed
            followers_beside_writers_have_what_is_listed
        }
    };
    (@each $repository:expr; $($requirement:ident)*) => {
        $(
            #[test]
            fn $requirement() {
                let repository = $repository;
                $crate::testing::contract::$requirement(&*repository);
            }
        )*
    };
}

/// An owner of this test only.
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

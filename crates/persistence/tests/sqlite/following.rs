//! The changes of an owner in a file.

use diesel::connection::SimpleConnection;

use crate::Place;
use crate::following_of_both::{self, write_as_processes, write_as_services};

#[test]
fn followers_of_several_services_have_what_is_listed() {
    let place = Place::new();
    following_of_both::followers_have_what_is_listed(&place.url(), || write_as_services(&place.url()));
}

#[test]
fn followers_of_several_processes_have_what_is_listed() {
    let place = Place::new();
    let worker = "following::child_process_entry_point";
    following_of_both::followers_have_what_is_listed(&place.url(), || {
        write_as_processes(worker, &place.url());
    });
}

#[test]
#[ignore = "a process of the test above"]
fn child_process_entry_point() {
    following_of_both::work();
}

#[test]
fn positions_before_deleted_tombstones_must_resync() {
    let place = Place::new();
    following_of_both::positions_before_deleted_tombstones_must_resync(&place.options());
}

#[test]
fn deleted_rows_of_0_1_0_are_deletions() {
    let place = Place::new();
    following_of_both::deleted_rows_of_0_1_0_are_deletions(&place.options(), |sql| {
        place.connection().batch_execute(sql).unwrap();
    });
}

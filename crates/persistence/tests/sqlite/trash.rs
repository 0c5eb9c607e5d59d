//! The trash in a file.

use crate::ownership::database;
use crate::{Place, trash_of_both};

#[test]
fn trashed_tasks_are_exported_imported_and_moved() {
    let place = Place::new();
    trash_of_both::trashed_tasks_are_exported_imported_and_moved(&database(&place));
}

#[test]
fn ten_thousand_trashed_tasks_are_emptied_at_once() {
    let place = Place::new();
    trash_of_both::ten_thousand_trashed_tasks_are_emptied_at_once(&database(&place));
}

#[test]
fn full_trashes_make_room_at_their_size() {
    let place = Place::new();
    trash_of_both::full_trashes_make_room_at_their_size(&database(&place));
}

#[test]
fn jobs_purge_what_is_old_or_too_much() {
    let place = Place::new();
    trash_of_both::jobs_purge_what_is_old_or_too_much(&database(&place));
}

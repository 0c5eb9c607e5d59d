//! Pages in the order of an index, and pages of changes. They share a queue, and so its limits.

use domain::{Changes, OwnerId, Page};

use super::{Follow, GROUP_ROWS, List, ReadBackend, Rows};
use crate::workers::{Replies, Request};

/// Reads a page.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "most are of tasks, which a box would only move")]
pub(crate) enum PageOf {
    /// Reads tasks.
    Tasks(List),
    /// Reads changes.
    Changes(Follow),
}

/// The result of reading a page.
pub(crate) enum Paged {
    /// Of [`PageOf::Tasks`].
    Tasks(Page),
    /// Of [`PageOf::Changes`].
    Changes(Changes),
}

impl PageOf {
    /// How many rows it adds to a group. Changes are read alone.
    pub(crate) fn weight<B: ReadBackend>(&self) -> usize {
        match self {
            Self::Tasks(list) => B::page_weight(list),
            Self::Changes(_) => GROUP_ROWS,
        }
    }
}

impl Request for PageOf {
    fn owner(&self) -> Option<&OwnerId> {
        match self {
            Self::Tasks(list) => Some(list.owner.id()),
            Self::Changes(follow) => Some(follow.owner.id()),
        }
    }
}

impl Rows for Paged {
    fn rows(&self) -> usize {
        match self {
            Self::Tasks(page) => page.rows(),
            Self::Changes(changes) => changes.changes.len(),
        }
    }
}

/// The replies of a group: several pages of tasks, or the changes of one owner.
pub(super) fn paged<B: ReadBackend>(connection: &mut B::Connection, group: &[PageOf]) -> Replies<Paged> {
    let mut lists = Vec::with_capacity(group.len());
    for one in group {
        match one {
            PageOf::Tasks(list) => lists.push(list),
            PageOf::Changes(follow) => {
                return Ok(vec![B::changes(connection, follow)?.map(Paged::Changes)]);
            }
        }
    }
    let pages = B::list(connection, &lists)?;
    Ok(pages.into_iter().map(|page| page.map(Paged::Tasks)).collect())
}

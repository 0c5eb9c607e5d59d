//! The lanes: threads that each take a connection for one batch of work, behind a bounded queue with deadlines.
//!
//! A call ends in one of three ways, whichever comes first: its lane answers; it has waited in the queue until its
//! deadline, and then it is not begun; or the lane works on it and the deadline passes, as it does when the server or
//! the network swallows the answer. No driver call can be ended from outside, hence the [`watch`] that looks after
//! what the lanes have in hand.

mod batch;
mod lane;
mod queue;
mod watch;

pub(crate) use lane::Lane;
pub(crate) use queue::{Queue, Waiting};
pub(crate) use watch::{Watch, Watched};

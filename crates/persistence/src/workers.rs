//! Workers: threads that each run one group of calls at a time, behind a bounded queue.
//!
//! A call ends in one of these ways, whichever comes first: it is rejected because too much is waiting; it is not begun
//! within the queue's timeout; a worker replies; or it was begun and the worker's own timeout passes, as it does when
//! the server or the network swallows the response. No driver call can be ended from outside, hence the
//! [`DeadlineTimer`], which replies for the workers and replaces those that hang.

mod call;
mod pool;
mod queue;
mod reads;
mod timer;
mod worker;

pub(crate) use call::{PendingCall, Replies, Reply};
pub(crate) use pool::{CheckedOut, Pool};
pub(crate) use queue::{Group, Queue, QueueLimits, Request, Sender};
pub(crate) use reads::{ROLE_CHECK_AFTER, Reads};
pub(crate) use timer::{DeadlineTimer, Expire};
pub(crate) use worker::{Context, NewServer, Serve, Timeouts, Worker, Workers};

//! Workers: threads behind bounded queues that run one group of calls at a time, and the connection pool.
//!
//! A call ends with the first of these events: it is rejected because the queue is too long; it is not begun within the
//! queue's timeout; a worker replies; or the response timeout passes after it was begun, as it does when the server or the
//! network loses the response. A call of the driver cannot be cancelled, hence the [`DeadlineTimer`], which replies instead
//! of the worker and replaces workers that hang.
//!
//! What a group does belongs to [`read`](crate::read) and [`write`](crate::write).

mod call;
mod pool;
mod queue;
mod slow_statements;
mod timer;
mod worker;

pub(crate) use call::{Group, PendingCall, Replies, Reply, Request};
pub(crate) use pool::{CheckedOut, Pool, ROLE_CHECK_AFTER};
pub(crate) use queue::{Queue, QueueLimits, Sender};
pub(crate) use slow_statements::{SlowStatements, StatementResult};
pub(crate) use timer::{DeadlineTimer, Expire};
pub(crate) use worker::{Context, NewServer, Serve, Timeouts, Worker, Workers};

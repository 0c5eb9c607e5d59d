//! An open stream: a loop that waits for a change, reads what changed after its position, and writes it. It keeps one page at
//! most, so a client that reads slowly delays nothing but its own events.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;
use std::vec;

use actix_web::web::{Bytes, Data};
use domain::{ChangedObject, Changes, FeedPosition, Owner, OwnerRevision, TaskError, Watch};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::{Instant, sleep_until};

use crate::http::authentication::{HeldToken, Validity};
use crate::http::events::{self, Begin, EventName, HEARTBEAT};
use crate::http::position;
use crate::http::problem::Problem;
use crate::http::representation::changes::ChangeJson;
use crate::http::write_json::WriteJson;
use crate::metrics::StreamEnd;
use crate::state::{AppState, StreamSlot, UnreadResponse};

/// Changes that are read at once.
const PAGE: u32 = 50;

/// Bytes after which events are passed on: what the buffer of a connection takes.
const CHUNK: usize = 16 * 1024;

/// Time until the changes are read again after they could not be.
const PAUSE: Duration = Duration::from_secs(1);

/// The shortest time until a client connects again after a shutdown, and how much longer it may be, in milliseconds: so that
/// they do not all come at once.
const RETRY: (u64, u64) = (1000, 4000);

/// An open stream.
pub(super) struct EventStream {
    state: Data<AppState>,
    owner: Owner,
    token: HeldToken,
    watch: Box<dyn Watch>,
    unread: UnreadResponse,
    /// The position after the page.
    at: OwnerRevision,
    /// What was read and is not written.
    page: vec::IntoIter<ChangedObject>,
    progress: Progress,
    /// When the change was noticed that is delivered next.
    noticed: Option<Instant>,
    last_written: Instant,
    end: Option<StreamEnd>,
    _slot: StreamSlot,
}

/// What follows after the page.
#[derive(Debug, Clone, Copy)]
struct Progress {
    /// More may have changed: the changes are read, at this time or later.
    read_at: Option<Instant>,
    /// Everything until the begin of the stream was written, and the client knows it.
    is_ready: bool,
    /// What follows the position is not known.
    is_lost: bool,
}

/// Why a wait ended.
enum Wake {
    Changed,
    Alarm,
    Shutdown,
}

impl EventStream {
    /// Opens a stream, unless the database cannot be read.
    pub(super) async fn open(
        state: Data<AppState>,
        (owner, token): (Owner, HeldToken),
        slot: StreamSlot,
        begin: Begin,
        unread: UnreadResponse,
    ) -> Result<Self, Problem> {
        let now = Instant::now();
        // Before the first read: what is stored after it is noticed.
        let watch = state.notifier.watch(&owner);
        let mut stream = Self {
            owner,
            token,
            watch,
            unread,
            at: OwnerRevision::NONE,
            page: Vec::new().into_iter(),
            progress: Progress { read_at: None, is_ready: false, is_lost: false },
            noticed: None,
            last_written: now,
            end: Some(StreamEnd::Failed),
            _slot: slot,
            state,
        };
        stream.state.metrics.events().opened();
        match begin {
            Begin::Now => stream.at = stream.state.tasks.revision(&stream.owner).await?,
            Begin::After(FeedPosition::At(at)) => {
                stream.at = at;
                match stream.read().await {
                    Err(TaskError::ResyncRequired) => stream.progress.is_lost = true,
                    read => read?,
                }
            }
            Begin::After(_) | Begin::Unusable => stream.progress.is_lost = true,
        }
        stream.end = None;
        Ok(stream)
    }

    /// The text of the stream, as the client reads it.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        unfold(self, |mut stream| async move {
            let text = stream.next().await?;
            stream.last_written = Instant::now();
            Some((Ok(text), stream))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.end.is_some() {
            return None;
        }
        match self.step().await {
            Ok(text) => Some(text),
            Err(end) => {
                self.end = Some(end);
                self.last_text(end)
            }
        }
    }

    /// The next text, or why there is none.
    async fn step(&mut self) -> Result<Bytes, StreamEnd> {
        loop {
            if self.state.draining.has_begun() {
                return Err(StreamEnd::Shutdown);
            }
            if self.page.len() > 0 {
                self.check_token().await?;
                return Ok(self.events_of_page());
            }
            if self.progress.is_lost {
                self.check_token().await?;
                return Err(StreamEnd::Resync);
            }
            if self.progress.read_at.is_some_and(|at| at <= Instant::now()) {
                self.read_or_pause().await?;
            } else if self.progress.read_at.is_none() && !self.progress.is_ready {
                self.check_token().await?;
                self.progress.is_ready = true;
                return Ok(self.event(EventName::Ready, Some(self.at)));
            } else {
                match self.wait().await {
                    Wake::Changed => self.notice(),
                    Wake::Alarm => {
                        self.check_token().await?;
                        if self.last_written.elapsed() >= self.state.event_streams.heartbeat() {
                            return Ok(Bytes::from_static(HEARTBEAT));
                        }
                    }
                    Wake::Shutdown => {}
                }
            }
        }
    }

    fn notice(&mut self) {
        let now = Instant::now();
        self.noticed.get_or_insert(now);
        self.progress.read_at.get_or_insert(now);
    }

    async fn wait(&mut self) -> Wake {
        let now = Instant::now();
        let remaining = self.token.remaining(self.state.tasks.now());
        let heartbeat = self.last_written + self.state.event_streams.heartbeat();
        // A token may be valid for longer than the clock can count.
        let alarms = [Some(heartbeat), now.checked_add(remaining), self.progress.read_at];
        let alarm = alarms.into_iter().flatten().min().unwrap_or(heartbeat);
        tokio::select! {
            biased;
            () = self.state.draining.begun() => Wake::Shutdown,
            () = self.watch.changed() => Wake::Changed,
            () = sleep_until(alarm) => Wake::Alarm,
        }
    }

    async fn check_token(&self) -> Result<(), StreamEnd> {
        match self.token.check(&self.state).await {
            Validity::Valid => Ok(()),
            Validity::Ended => Err(StreamEnd::Expired),
            Validity::Unknown => Err(StreamEnd::Failed),
        }
    }

    /// Reads the page after the position.
    async fn read(&mut self) -> Result<(), TaskError> {
        let Changes { changes, next, more } =
            self.state.tasks.changes(&self.owner, FeedPosition::At(self.at), PAGE).await?;
        if let FeedPosition::At(next) = next {
            self.at = next;
        }
        self.progress.read_at = more.then(Instant::now);
        if changes.is_empty() {
            self.noticed = None;
        }
        self.page = changes.into_iter();
        Ok(())
    }

    /// The same, later while the database is unavailable: the clients of all streams would come back at once.
    async fn read_or_pause(&mut self) -> Result<(), StreamEnd> {
        match self.read().await {
            Ok(()) => {}
            Err(TaskError::ResyncRequired) => self.progress.is_lost = true,
            Err(TaskError::Overloaded | TaskError::TooManyScans | TaskError::Unavailable(_)) => {
                self.progress.read_at = Some(Instant::now() + PAUSE);
            }
            Err(error) => {
                // For the log; the client gets the problem when it connects again.
                drop(Problem::from(error));
                return Err(StreamEnd::Failed);
            }
        }
        Ok(())
    }

    fn events_of_page(&mut self) -> Bytes {
        let (mut text, mut number) = (Vec::new(), 0);
        while text.len() < CHUNK
            && let Some(change) = self.page.next()
        {
            let at = OwnerRevision { revision: change.revision(), ..self.at };
            self.write(&mut text, EventName::Change, Some(at), |json| ChangeJson(&change).write_json(json));
            number += 1;
        }
        if self.page.len() == 0 {
            // Its memory.
            self.page = Vec::new().into_iter();
        }
        let metrics = self.state.metrics.events();
        metrics.delivered(EventName::Change.as_str(), number);
        if let Some(noticed) = self.noticed.take() {
            metrics.delayed(noticed.elapsed());
        }
        text.into()
    }

    fn last_text(&self, end: StreamEnd) -> Option<Bytes> {
        match end {
            StreamEnd::Resync => Some(self.event(EventName::Resync, None)),
            StreamEnd::Expired => Some(self.event(EventName::Expired, None)),
            StreamEnd::Shutdown => {
                let (least, more) = RETRY;
                Some(events::retry(least + RandomState::new().hash_one(()) % (more + 1)).into())
            }
            StreamEnd::Closed | StreamEnd::Unread | StreamEnd::Failed => None,
        }
    }

    /// An event without details.
    fn event(&self, name: EventName, at: Option<OwnerRevision>) -> Bytes {
        let mut text = Vec::new();
        self.write(&mut text, name, at, events::no_details);
        self.state.metrics.events().delivered(name.as_str(), 1);
        text.into()
    }

    fn write(
        &self,
        text: &mut Vec<u8>,
        name: EventName,
        at: Option<OwnerRevision>,
        data: impl FnOnce(&mut Vec<u8>),
    ) {
        let id = at.map(|at| position::encode(FeedPosition::At(at), &self.owner));
        events::write(text, name, id.as_deref(), data);
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        let by_client = if self.unread.is_set() { StreamEnd::Unread } else { StreamEnd::Closed };
        self.state.metrics.events().ended(self.end.unwrap_or(by_client));
    }
}

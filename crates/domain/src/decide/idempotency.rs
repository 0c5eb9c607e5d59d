//! Requests that are executed at most once for a key of their client
//! (`docs/decisions/0034-responses-are-recorded-under-the-key.md`).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Outcome, Rejection};
use crate::Timestamp;

/// A key that a client chose for a request: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(Arc<str>);

impl IdempotencyKey {
    /// The longest key, in characters.
    pub const MAX_LENGTH: usize = 255;

    /// Accepts the text unchanged.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// The key in the form in which it was stored.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A digest of a request. Two requests with the same digest are the same.
pub type RequestDigest = [u8; 32];

/// Serializes the response to an outcome; called where the outcome is decided.
pub type Respond = Arc<dyn Fn(&Outcome) -> Vec<u8> + Send + Sync>;

/// What makes a write idempotent: its key, and what is recorded under it.
#[derive(Clone)]
pub struct Idempotency {
    /// The key.
    pub key: IdempotencyKey,
    /// The digest of the request.
    pub request: RequestDigest,
    /// Makes the response that is recorded.
    pub respond: Respond,
    /// How much is recorded.
    pub limits: KeyLimits,
}

impl fmt::Debug for Idempotency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, request, respond: _, limits } = self;
        let mut shown = f.debug_struct("Idempotency");
        shown.field("key", key).field("request", request).field("limits", limits).finish_non_exhaustive()
    }
}

/// What is kept of the recorded requests of one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyLimits {
    /// For how long a request is recorded.
    pub keep: Duration,
    /// The most requests.
    pub requests: u32,
    /// The most bytes of all their responses together.
    pub bytes: u32,
}

impl KeyLimits {
    /// Whether a request that was recorded at this time counts as absent.
    #[must_use]
    pub fn has_expired(&self, recorded: Timestamp, now: Timestamp) -> bool {
        let keep = i64::try_from(self.keep.as_millis()).unwrap_or(i64::MAX);
        now.unix_millis().saturating_sub(recorded.unix_millis()) >= keep
    }
}

/// The place of a recorded request among those of its owner. The oldest are dropped first, so those that remain are
/// consecutive, and the places of the first and the last one give their number and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPlace {
    /// Numbers the requests, from 1.
    pub number: i64,
    /// The bytes of the responses before this one.
    pub start: i64,
    /// The same with this one.
    pub end: i64,
    /// When it was recorded; it does not go back from one request to the next.
    pub at: Timestamp,
}

/// A recorded request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key.
    pub key: IdempotencyKey,
    /// The digest of the request.
    pub request: RequestDigest,
    /// The response.
    pub response: Arc<[u8]>,
    /// Its place.
    pub place: KeyPlace,
}

/// Recorded requests to drop: those below both bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DroppedKeys {
    /// The bound of [`KeyPlace::number`].
    pub below_number: i64,
    /// The bound of [`KeyPlace::start`].
    pub below_start: i64,
}

impl DroppedKeys {
    /// Whether a recorded request is dropped.
    #[must_use]
    pub const fn includes(&self, place: &KeyPlace) -> bool {
        place.number < self.below_number && place.start < self.below_start
    }
}

/// The recorded requests of an owner, as far as they are loaded, and those of them that are not stored yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordedKeys {
    records: Vec<KeyRecord>,
    oldest: Option<KeyPlace>,
    newest: Option<KeyPlace>,
    pending: Vec<KeyRecord>,
    dropped: Vec<DroppedKeys>,
}

impl RecordedKeys {
    /// Adds what is stored: the record of a key, and the places of the owner's oldest and newest one.
    pub fn insert(&mut self, record: Option<KeyRecord>, ends: Option<(KeyPlace, KeyPlace)>) {
        self.records.extend(record);
        if let Some((oldest, newest)) = ends {
            (self.oldest, self.newest) = (Some(oldest), Some(newest));
        }
    }

    /// The outcome of a request whose key is recorded already.
    pub(super) fn find(&self, request: &Idempotency, now: Timestamp) -> Option<Result<Outcome, Rejection>> {
        let record = self.records.iter().find(|record| record.key == request.key)?;
        if request.limits.has_expired(record.place.at, now) {
            None
        } else if record.request == request.request {
            Some(Ok(Outcome::Replayed(Arc::clone(&record.response))))
        } else {
            Some(Err(Rejection::KeyReused))
        }
    }

    /// Records a request with its response, and drops what is over the limits. The request itself stays, whatever its size.
    pub(super) fn record(&mut self, request: &Idempotency, outcome: &Outcome, now: Timestamp) {
        let response: Arc<[u8]> = (request.respond)(outcome).into();
        let (number, start, at) =
            self.newest.map_or((1, 0, now), |last| (last.number + 1, last.end, last.at.max(now)));
        let end = start.saturating_add(i64::try_from(response.len()).unwrap_or(i64::MAX));
        let place = KeyPlace { number, start, end, at };
        let record = KeyRecord { key: request.key.clone(), request: request.request, response, place };
        let expired = self.records.iter().find(|old| old.key == record.key).map(|old| old.place);
        self.records.retain(|old| old.key != record.key);
        self.pending.retain(|old| old.key != record.key);
        self.records.push(record.clone());
        self.pending.push(record);
        let oldest = *self.oldest.get_or_insert(place);
        self.newest = Some(place);
        self.drop_excess(oldest, place, request.limits);
        // It leaves a gap, so that the places would count too many, unless those before it go as well: they are older.
        if let Some(expired) = expired {
            self.drop_below(DroppedKeys { below_number: expired.number, below_start: i64::MAX });
        }
    }

    fn drop_excess(&mut self, oldest: KeyPlace, newest: KeyPlace, limits: KeyLimits) {
        let below_number = newest.number - i64::from(limits.requests) + 1;
        let below_start = newest.end - i64::from(limits.bytes);
        if oldest.number < below_number {
            self.drop_below(DroppedKeys { below_number, below_start: i64::MAX });
        }
        if oldest.start < below_start {
            self.drop_below(DroppedKeys { below_number: newest.number, below_start });
        }
    }

    fn drop_below(&mut self, dropped: DroppedKeys) {
        self.records.retain(|record| !dropped.includes(&record.place));
        self.pending.retain(|record| !dropped.includes(&record.place));
        self.dropped.push(dropped);
    }

    /// The records to store, and what to drop before.
    pub(super) fn take_pending(&mut self) -> (Vec<KeyRecord>, Vec<DroppedKeys>) {
        (std::mem::take(&mut self.pending), std::mem::take(&mut self.dropped))
    }
}

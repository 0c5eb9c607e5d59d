//! The rows of recorded requests, as both databases read them.

use diesel::sql_types::{BigInt, Binary};
use domain::{IdempotencyKey, KeyPlace, KeyRecord, RecordedKeys, RequestDigest, Timestamp};

use crate::backend::rows::UtcTimestamp;

/// The columns of a place, in the order of [`PlaceRow`].
pub(crate) const PLACE: &str = "number, start_byte, end_byte, at";

/// The columns of a record, in the order of [`RecordRow`].
pub(crate) const RECORD: &str = "number, start_byte, end_byte, at, request, response";

pub(crate) type PlaceColumns = (BigInt, BigInt, BigInt, UtcTimestamp);
pub(crate) type PlaceRow = (i64, i64, i64, Timestamp);

pub(crate) type RecordColumns = (PlaceColumns, Binary, Binary);
pub(crate) type RecordRow = (PlaceRow, Vec<u8>, Vec<u8>);

/// What is loaded for a key: its record, and the places of the owner's oldest and newest records.
#[derive(Debug, Default)]
pub(crate) struct LoadedKey {
    pub(crate) record: Option<RecordRow>,
    pub(crate) oldest: Option<PlaceRow>,
    pub(crate) newest: Option<PlaceRow>,
}

impl LoadedKey {
    /// Adds it to the owner's keys.
    pub(super) fn insert_into(self, keys: &mut RecordedKeys, key: &IdempotencyKey) {
        let record = self.record.map(|(row, request, response)| KeyRecord {
            key: key.clone(),
            // A digest of another length is that of no request.
            request: RequestDigest::try_from(request).unwrap_or_default(),
            response: response.into(),
            place: place(row),
        });
        keys.insert(record, self.oldest.map(place).zip(self.newest.map(place)));
    }
}

const fn place((number, start, end, at): PlaceRow) -> KeyPlace {
    KeyPlace { number, start, end, at }
}

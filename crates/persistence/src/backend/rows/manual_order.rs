//! The manual order of an owner's tasks. A row without a key has one that derives from its time of creation and its id.

use domain::{OrderKey, TaskId, Timestamp};

/// The key of a row on PostgreSQL: [`OrderKey::derived`] in SQL.
///
/// Computed for each row of an owner, so without functions that go through a text character by character (`translate`,
/// `lpad`), which take several times as long, and without `extract`, which computes with `numeric`. 2^52 is added to the
/// milliseconds before the end of the year 9999, so that they have 14 digits, of which the first is dropped; `bit_send` begins
/// with the length, in 4 bytes.
#[cfg(feature = "postgres")]
pub(crate) const POSTGRES_POSITION: &str = "coalesce(position, 'B' \
     || substr(to_hex(4757001928170495 \
         - cast(date_part('epoch', date_trunc('milliseconds', created_at)) * 1000 as bigint)), 2) \
     || encode(substr(bit_send(~cast('x' || encode(uuid_send(id), 'hex') as varbit)), 5), 'hex') collate \"C\")";

/// The key of a row on SQLite, which calls [`OrderKey::derived`].
#[cfg(feature = "sqlite")]
pub(crate) const SQLITE_POSITION: &str = "coalesce(position, tasknook_derived_position(created_at, id))";

#[cfg(feature = "sqlite")]
diesel::define_sql_function! {
    fn tasknook_derived_position(
        created_at: diesel::sql_types::BigInt,
        id: diesel::sql_types::Binary,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// Registers the function on a connection.
#[cfg(feature = "sqlite")]
pub(crate) fn register(connection: &mut diesel::SqliteConnection) -> diesel::QueryResult<()> {
    tasknook_derived_position_utils::register_impl(connection, |created_at: i64, id: Vec<u8>| {
        // The schema allows neither another time nor another id.
        let created_at = Timestamp::from_unix_millis(created_at)?;
        Some(OrderKey::derived(created_at, uuid::Uuid::from_slice(&id).ok()?).as_str().to_owned())
    })
}

/// The key of a row.
pub(crate) fn position_of(stored: Option<String>, created_at: Timestamp, id: TaskId) -> OrderKey {
    match stored {
        Some(key) => OrderKey::from_stored(key),
        None => OrderKey::derived(created_at, id.uuid()),
    }
}

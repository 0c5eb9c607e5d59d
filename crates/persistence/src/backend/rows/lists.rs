//! The rows of lists, as both databases read and write them.

use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use domain::{Color, List, ListId, ListName, OrderKey, OwnerId, Revision, Timestamp};

use super::{Id, UtcTimestamp};

macro_rules! list_columns {
    ($first:literal $(, $name:literal)+) => {
        /// The columns of a list, in the order of [`ListColumns`].
        pub(crate) const LIST_COLUMNS: &str = concat!($first $(, ", ", $name)+);

        /// The same columns of a row with the alias `list`.
        pub(crate) const QUALIFIED_LIST_COLUMNS: &str = concat!("list.", $first $(, ", list.", $name)+);
    };
}

list_columns! { "id", "name", "color", "position", "created_at", "updated_at", "revision" }

pub(crate) type ListColumns = (Id, Text, Nullable<Integer>, Text, UtcTimestamp, UtcTimestamp, BigInt);
pub(crate) type ListRow = (ListId, String, Option<i32>, String, Timestamp, Timestamp, i64);

/// The list of this row and owner.
pub(crate) fn list(
    (id, name, color, position, created_at, updated_at, revision): ListRow,
    owner: &OwnerId,
) -> List {
    List {
        id,
        owner_id: owner.clone(),
        name: ListName::from_stored(name),
        color: color.map(Color::from_number),
        position: OrderKey::from_stored(position),
        created_at,
        updated_at,
        revision: Revision::new(revision),
    }
}

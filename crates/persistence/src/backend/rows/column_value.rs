//! How the type of each column is stored.

use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text};
use domain::{Description, DueDate, ListId, OrderKey, Priority, Revision, Tags, Timestamp, Title};

use super::{Id, UtcTimestamp};

/// A field's type that is stored in a column.
pub(crate) trait ColumnValue {
    /// The column's type.
    type Sql;
    /// The value that is bound to a statement.
    type Bound<'a>
    where
        Self: 'a;
    /// The value that is read from a row.
    type Read;

    fn bound(&self) -> Self::Bound<'_>;
    fn read(read: Self::Read) -> Self;
}

/// Types that are stored without conversion.
macro_rules! stored_as_is {
    ($($type:ty => $sql:ty,)+) => {
        $(impl ColumnValue for $type {
            type Sql = $sql;
            type Bound<'a> = Self;
            type Read = Self;

            fn bound(&self) -> Self {
                *self
            }

            fn read(read: Self) -> Self {
                read
            }
        })+
    };
}

stored_as_is! {
    bool => Bool,
    Timestamp => UtcTimestamp,
    Option<Timestamp> => Nullable<UtcTimestamp>,
    Option<ListId> => Nullable<Id>,
}

impl ColumnValue for Title {
    type Sql = Text;
    type Bound<'a> = &'a str;
    type Read = String;

    fn bound(&self) -> &str {
        self.as_str()
    }

    fn read(read: String) -> Self {
        Self::from_stored(read)
    }
}

impl ColumnValue for Option<Description> {
    type Sql = Nullable<Text>;
    type Bound<'a> = Option<&'a str>;
    type Read = Option<String>;

    fn bound(&self) -> Option<&str> {
        self.as_ref().map(Description::as_str)
    }

    fn read(read: Option<String>) -> Self {
        read.map(Description::from_stored)
    }
}

impl ColumnValue for Priority {
    type Sql = SmallInt;
    type Bound<'a> = i16;
    type Read = i16;

    fn bound(&self) -> i16 {
        self.rank()
    }

    fn read(read: i16) -> Self {
        Self::from_rank(read)
    }
}

impl ColumnValue for Tags {
    type Sql = Text;
    type Bound<'a> = String;
    type Read = String;

    fn bound(&self) -> String {
        self.to_stored()
    }

    fn read(read: String) -> Self {
        Self::from_stored(&read)
    }
}

impl ColumnValue for Option<DueDate> {
    type Sql = Nullable<BigInt>;
    type Bound<'a> = Option<i64>;
    type Read = Option<i64>;

    fn bound(&self) -> Option<i64> {
        self.map(DueDate::sort_key)
    }

    fn read(read: Option<i64>) -> Self {
        read.and_then(DueDate::from_sort_key)
    }
}

/// Null in a row without a key, which [`TaskRow::into_task`](super::TaskRow::into_task) derives.
impl ColumnValue for OrderKey {
    type Sql = Nullable<Text>;
    type Bound<'a> = Option<&'a str>;
    type Read = Option<String>;

    fn bound(&self) -> Option<&str> {
        Some(self.as_str())
    }

    fn read(read: Option<String>) -> Self {
        Self::from_stored(read.unwrap_or_default())
    }
}

impl ColumnValue for Revision {
    type Sql = BigInt;
    type Bound<'a> = i64;
    type Read = i64;

    fn bound(&self) -> i64 {
        self.number()
    }

    fn read(read: i64) -> Self {
        Self::new(read)
    }
}

//! What a page has beside tasks. It is one text, which each row repeats: this costs less than a column for each number.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::sql_types::Text;

/// Numbers of the owner; 0 without a row of the owner.
#[derive(Debug, Default, PartialEq, FromSqlRow)]
pub(crate) struct Head {
    pub(super) epoch: i64,
    pub(super) revision: i64,
    /// 0 if it is not requested.
    pub(super) total: i64,
    /// For a filter by overdue tasks, the key of the next moment at which one becomes overdue.
    pub(super) next_moment: Option<i64>,
}

impl Head {
    /// Reads the numbers in this order, separated by blanks. The last ones can be missing.
    fn parse(text: &str) -> deserialize::Result<Self> {
        let mut numbers = text.split(' ').filter(|number| !number.is_empty());
        let mut next = || numbers.next().map(str::parse::<i64>).transpose();
        Ok(Self {
            epoch: next()?.unwrap_or(0),
            revision: next()?.unwrap_or(0),
            total: next()?.unwrap_or(0),
            next_moment: next()?,
        })
    }
}

#[cfg(feature = "postgres")]
impl FromSql<Text, diesel::pg::Pg> for Head {
    fn from_sql(value: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
        Self::parse(str::from_utf8(value.as_bytes())?)
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<Text, diesel::sqlite::Sqlite> for Head {
    fn from_sql(mut value: diesel::sqlite::SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Self::parse(value.read_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_from_numbers() {
        let head = |text| Head::parse(text).unwrap();
        let (epoch, revision, total) = (1, 20, 300);
        assert_eq!(head("1 20"), Head { epoch, revision, ..Head::default() });
        assert_eq!(head("1 20 300 "), Head { epoch, revision, total, next_moment: None });
        assert_eq!(head("1 20 300 -4"), Head { epoch, revision, total, next_moment: Some(-4) });
        assert!(Head::parse("1 x").is_err());
    }
}

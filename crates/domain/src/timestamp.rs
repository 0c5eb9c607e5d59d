//! Moments, kept to the millisecond so that every database gives back what it was given.

use std::fmt;

use time::OffsetDateTime;

/// A moment in UTC with millisecond precision, shown as RFC 3339 (`2026-11-21T09:15:17.465Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// Drops what is finer than a millisecond, and the offset.
    #[must_use]
    pub fn new(moment: OffsetDateTime) -> Self {
        let utc = moment.to_offset(time::UtcOffset::UTC);
        Self(utc.replace_millisecond(utc.millisecond()).unwrap_or(utc))
    }

    /// The moment this many milliseconds after 1970-01-01T00:00:00Z, or nothing outside of the years −9999 to 9999.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok().map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.unix_timestamp() * 1000 + i64::from(self.0.millisecond())
    }

    /// The moment for a library that speaks `time`.
    #[must_use]
    pub const fn moment(self) -> OffsetDateTime {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_milliseconds_and_z_always() {
        let shown = |millis| Timestamp::from_unix_millis(millis).unwrap().to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(1_795_252_517_465), "2026-11-21T09:15:17.465Z");
    }

    #[test]
    fn forgets_what_is_finer_than_a_millisecond() {
        let fine = OffsetDateTime::from_unix_timestamp_nanos(1_795_252_517_465_999_999).unwrap();
        let kept = Timestamp::new(fine);
        assert_eq!(kept.unix_millis(), 1_795_252_517_465);
        assert_eq!(Timestamp::from_unix_millis(kept.unix_millis()), Some(kept));
    }
}

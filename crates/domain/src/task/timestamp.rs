use std::fmt;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time in UTC with millisecond precision, so that every database returns what was stored; displayed as RFC 3339 (`2026-11-21T09:15:17.465Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// Converts to UTC and truncates to milliseconds.
    #[must_use]
    pub fn new(time: OffsetDateTime) -> Self {
        let utc = time.to_offset(time::UtcOffset::UTC);
        Self(utc.replace_millisecond(utc.millisecond()).unwrap_or(utc))
    }

    /// Reads a time in RFC 3339, as [`Display`](fmt::Display) writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::new)
    }

    /// The time this many milliseconds after 1970-01-01T00:00:00Z; `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok().map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.unix_timestamp() * 1000 + i64::from(self.0.millisecond())
    }

    /// The value as the `time` crate has it.
    #[must_use]
    pub const fn as_offset_date_time(self) -> OffsetDateTime {
        self.0
    }
}

/// Written digit by digit: each task of a list has two timestamps, and the formatter of `time` takes seven steps for one.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let parts = [
            (0..4, date.year().unsigned_abs()),
            (5..7, u8::from(date.month()).into()),
            (8..10, date.day().into()),
            (11..13, time.hour().into()),
            (14..16, time.minute().into()),
            (17..19, time.second().into()),
            (20..23, time.millisecond().into()),
        ];
        for (place, number) in parts {
            fill(text.get_mut(place).unwrap_or_default(), number);
        }
        f.write_str(if date.year() < 0 { "-" } else { "" })?;
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Writes the last digits of a number.
fn fill(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_display_milliseconds_and_z() {
        let display = |millis| Timestamp::from_unix_millis(millis).unwrap().to_string();
        assert_eq!(display(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(display(1_795_252_517_465), "2026-11-21T09:15:17.465Z");
        assert_eq!(display(253_402_300_799_999), "9999-12-31T23:59:59.999Z");
        assert_eq!(display(-62_198_755_199_999), "-0001-01-01T00:00:00.001Z");
    }

    #[test]
    fn displayed_timestamps_are_parsed() {
        for text in ["1970-01-01T00:00:00.000Z", "2026-11-21T09:15:17.465Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Timestamp::parse("2026-11-21"), None);
    }

    #[test]
    fn timestamps_are_truncated_to_milliseconds() {
        let fine = OffsetDateTime::from_unix_timestamp_nanos(1_795_252_517_465_999_999).unwrap();
        let truncated = Timestamp::new(fine);
        assert_eq!(truncated.unix_millis(), 1_795_252_517_465);
        assert_eq!(Timestamp::from_unix_millis(truncated.unix_millis()), Some(truncated));
    }
}

use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

/// A time in UTC with millisecond precision, so that every database returns what was stored; displayed as RFC 3339 (`2026-11-21T09:15:17.465Z`).
///
/// Milliseconds since 1970, in the years −9999 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Converts to UTC and truncates to milliseconds.
    #[must_use]
    pub const fn new(time: OffsetDateTime) -> Self {
        Self(time.unix_timestamp() * 1000 + time.millisecond() as i64)
    }

    /// Reads a time in RFC 3339, as [`Display`](fmt::Display) writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::new)
    }

    /// The time this many milliseconds after 1970-01-01T00:00:00Z; `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        const FIRST: i64 = PrimitiveDateTime::MIN.assume_utc().unix_timestamp() * 1000;
        const LAST: i64 = PrimitiveDateTime::MAX.assume_utc().unix_timestamp() * 1000 + 999;
        (FIRST..=LAST).contains(&millis).then_some(Self(millis))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// The value as the `time` crate has it.
    #[must_use]
    pub fn as_offset_date_time(self) -> OffsetDateTime {
        self.second() + Duration::milliseconds(self.0.rem_euclid(1000))
    }

    /// The beginning of its second.
    fn second(self) -> OffsetDateTime {
        // The range is that of `OffsetDateTime`.
        OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Appends the text that [`Display`](fmt::Display) writes. Each task of a list has two or more, so it is written digit by
    /// digit and without a formatter.
    pub fn append_to(self, text: &mut Vec<u8>) {
        let time = self.second();
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let millisecond = u32::try_from(self.0.rem_euclid(1000)).unwrap_or_default();
        let [y1, y2, y3, y4] = digits(year.unsigned_abs());
        let [m1, m2] = digits(u8::from(month).into());
        let [d1, d2] = digits(day.into());
        let [h1, h2] = digits(hour.into());
        let [n1, n2] = digits(minute.into());
        let [s1, s2] = digits(second.into());
        let [f1, f2, f3] = digits(millisecond);
        if year < 0 {
            text.push(b'-');
        }
        text.extend_from_slice(&[
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1,
            f2, f3, b'Z',
        ]);
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(25);
        self.append_to(&mut text);
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The last digits of a number.
fn digits<const COUNT: usize>(mut number: u32) -> [u8; COUNT] {
    let mut digits = [b'0'; COUNT];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    digits
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
    fn timestamps_are_in_the_years_of_the_time_crate() {
        let (first, last) = (PrimitiveDateTime::MIN.assume_utc(), PrimitiveDateTime::MAX.assume_utc());
        for (millis, beyond) in [(Timestamp::new(first).0, -1), (Timestamp::new(last).0, 1)] {
            let time = Timestamp::from_unix_millis(millis).unwrap();
            assert_eq!(Timestamp::new(time.as_offset_date_time()), time);
            assert_eq!(Timestamp::from_unix_millis(millis + beyond), None);
        }
        let before_1970 = Timestamp::from_unix_millis(-1).unwrap();
        assert_eq!(before_1970.to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::new(before_1970.as_offset_date_time()), before_1970);
    }

    #[test]
    fn timestamps_are_truncated_to_milliseconds() {
        let fine = OffsetDateTime::from_unix_timestamp_nanos(1_795_252_517_465_999_999).unwrap();
        let truncated = Timestamp::new(fine);
        assert_eq!(truncated.unix_millis(), 1_795_252_517_465);
        assert_eq!(Timestamp::from_unix_millis(truncated.unix_millis()), Some(truncated));
    }
}

//! When a task is due: a day, or a moment.

use std::fmt;

use time::{Date, Duration, Month, PrimitiveDateTime, Time};

use crate::Timestamp;

/// A day, or a moment in UTC with milliseconds, in the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DueDate {
    /// All day, in every time zone.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
}

/// Why a due date is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DueDateError {
    /// Neither a date nor a date-time of RFC 3339 §5.6.
    #[error("must be a date like 2026-12-24 or a date-time like 2026-12-24T18:00:00Z")]
    Format,
    /// A day or time that does not exist.
    #[error("must be a date and time that exist")]
    NotInCalendar,
    /// A year that is not supported.
    #[error("must be in the years 1 to 9999, also in UTC")]
    Year,
}

impl DueDate {
    /// Reads a full date or a date-time (RFC 3339 §5.6). Seconds may be absent, as browsers send them
    /// (`<input type="datetime-local">`), and so may the offset, which then is UTC. Digits beyond milliseconds are cut off.
    pub fn parse(text: &str) -> Result<Self, DueDateError> {
        Self::parse_exactly(text).map(|(due, _)| due)
    }

    /// The first due date that is not before this text, whose digits beyond milliseconds count.
    pub fn parse_limit(text: &str) -> Result<Self, DueDateError> {
        match Self::parse_exactly(text)? {
            (Self::Moment(moment), true) => Timestamp::from_unix_millis(moment.unix_millis() + 1)
                .map(Self::Moment)
                .ok_or(DueDateError::Year),
            (due, _) => Ok(due),
        }
    }

    /// Also whether digits beyond milliseconds were cut off that are not zero.
    fn parse_exactly(text: &str) -> Result<(Self, bool), DueDateError> {
        let mut rest = Scanner(text);
        let date = rest.date()?;
        if rest.0.is_empty() {
            return Ok((Self::Day(date), false));
        }
        let (time, is_cut, offset) = rest.time_and_offset()?;
        let utc = PrimitiveDateTime::new(date, time)
            .checked_sub(Duration::seconds(offset.into()))
            .filter(|utc| utc.year() >= 1)
            .ok_or(DueDateError::Year)?;
        Ok((Self::Moment(Timestamp::new(utc.assume_utc())), is_cut))
    }

    /// The stored form, which sorts: twice the milliseconds since 1970, plus 1 for a moment. A day counts as its midnight in
    /// UTC and precedes the moment.
    #[must_use]
    pub fn sort_key(self) -> i64 {
        match self {
            Self::Day(day) => 2 * Timestamp::new(day.midnight().assume_utc()).unix_millis(),
            Self::Moment(moment) => 2 * moment.unix_millis() + 1,
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn from_sort_key(key: i64) -> Option<Self> {
        let moment = Timestamp::from_unix_millis(key.div_euclid(2))?;
        let is_moment = key.rem_euclid(2) == 1;
        Some(if is_moment { Self::Moment(moment) } else { Self::Day(moment.as_offset_date_time().date()) })
    }
}

impl fmt::Display for DueDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => {
                write!(f, "{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
            }
            Self::Moment(moment) => moment.fmt(f),
        }
    }
}

/// What is left of a text.
struct Scanner<'a>(&'a str);

impl Scanner<'_> {
    fn date(&mut self) -> Result<Date, DueDateError> {
        let year = self.digits(4)?;
        self.expect("-")?;
        let month = self.digits(2)?;
        self.expect("-")?;
        let day = self.digits(2)?;
        if year == 0 {
            return Err(DueDateError::Year);
        }
        let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
        let date = |month| Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok();
        month.and_then(date).ok_or(DueDateError::NotInCalendar)
    }

    /// The time of day, whether it was cut, and the offset from UTC in seconds.
    fn time_and_offset(&mut self) -> Result<(Time, bool, i32), DueDateError> {
        if !self.skip("T") {
            self.expect("t")?;
        }
        let hour = self.digits(2)?;
        self.expect(":")?;
        let minute = self.digits(2)?;
        let (mut second, mut millis) = (0, (0, false));
        if self.skip(":") {
            second = self.digits(2)?;
            if self.skip(".") {
                millis = self.millis()?;
            }
        }
        let offset = self.offset()?;
        let small = |number| u8::try_from(number).unwrap_or(u8::MAX);
        let time = Time::from_hms_milli(small(hour), small(minute), small(second), millis.0);
        Ok((time.map_err(|_| DueDateError::NotInCalendar)?, millis.1, offset))
    }

    fn millis(&mut self) -> Result<(u16, bool), DueDateError> {
        let end = self.0.find(|character: char| !character.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at_checked(end).ok_or(DueDateError::Format)?;
        self.0 = rest;
        let padded: String = digits.chars().chain("00".chars()).take(3).collect();
        if digits.is_empty() {
            Err(DueDateError::Format)
        } else {
            let millis = padded.parse().map_err(|_| DueDateError::Format)?;
            Ok((millis, digits.bytes().skip(3).any(|digit| digit != b'0')))
        }
    }

    fn offset(&mut self) -> Result<i32, DueDateError> {
        if self.0.is_empty() || self.skip("Z") || self.skip("z") {
            return if self.0.is_empty() { Ok(0) } else { Err(DueDateError::Format) };
        }
        let sign = if self.skip("-") {
            -1
        } else {
            self.expect("+")?;
            1
        };
        let hours = self.digits(2)?;
        self.expect(":")?;
        let minutes = self.digits(2)?;
        match (self.0, hours, minutes) {
            ("", ..=23, ..=59) => Ok(sign * (i32::from(hours) * 60 + i32::from(minutes)) * 60),
            ("", ..) => Err(DueDateError::NotInCalendar),
            _ => Err(DueDateError::Format),
        }
    }

    fn digits(&mut self, count: usize) -> Result<u16, DueDateError> {
        let (digits, rest) = self.0.split_at_checked(count).ok_or(DueDateError::Format)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DueDateError::Format);
        }
        self.0 = rest;
        digits.parse().map_err(|_| DueDateError::Format)
    }

    fn expect(&mut self, text: &str) -> Result<(), DueDateError> {
        if self.skip(text) { Ok(()) } else { Err(DueDateError::Format) }
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, DueDateError> {
        DueDate::parse(text).map(|due| due.to_string())
    }

    #[test]
    fn dates_stay_dates_and_moments_are_in_utc() {
        for (text, expected) in [
            ("2026-12-24", "2026-12-24"),
            ("0001-01-01", "0001-01-01"),
            ("2028-02-29", "2028-02-29"),
            ("2026-12-24T18:00", "2026-12-24T18:00:00.000Z"),
            ("2026-12-24T18:00:05", "2026-12-24T18:00:05.000Z"),
            ("2026-12-24t18:00:00z", "2026-12-24T18:00:00.000Z"),
            ("2026-12-24T18:00:00.1239999999+05:30", "2026-12-24T12:30:00.123Z"),
            ("2026-12-24T18:00:00.5-00:00", "2026-12-24T18:00:00.500Z"),
            ("2026-12-31T23:00-08:00", "2027-01-01T07:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(parsed(text).unwrap(), expected);
        }
    }

    #[test]
    fn limits_are_rounded_up() {
        for (text, expected) in [
            ("2026-12-24", "2026-12-24"),
            ("2026-12-24T18:00:00.001000Z", "2026-12-24T18:00:00.001Z"),
            ("2026-12-24T18:00:00.0000001Z", "2026-12-24T18:00:00.001Z"),
            ("2026-12-31T23:59:59.99901Z", "2027-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(DueDate::parse_limit(text).unwrap().to_string(), expected);
        }
        assert_eq!(DueDate::parse_limit("9999-12-31T23:59:59.9991Z"), Err(DueDateError::Year));
    }

    #[test]
    fn wrong_due_dates_are_rejected() {
        use DueDateError::{Format, NotInCalendar, Year};
        for (text, error) in [
            ("", Format),
            ("tomorrow", Format),
            (" 2026-12-24", Format),
            ("2026-12-24 ", Format),
            ("2026-12-24 18:00:00Z", Format),
            ("2026-12-24T18", Format),
            ("2026-12-24T18:00Zx", Format),
            ("2026-12-24T18:00:00,5Z", Format),
            ("2026-12-24T18:00:00.Z", Format),
            ("2026-12-24T18:00+0530", Format),
            ("2026-12-24T18:00+05", Format),
            ("2026-1-1", Format),
            ("12/24/2026", Format),
            ("20261224", Format),
            ("+2026-12-24", Format),
            ("２０26-12-24", Format),
            ("1766592000", Format),
            ("2026-W52-4", Format),
            ("2026-02-30", NotInCalendar),
            ("2026-02-29", NotInCalendar),
            ("2026-13-01", NotInCalendar),
            ("2026-00-10", NotInCalendar),
            ("2026-12-24T24:00", NotInCalendar),
            ("2026-12-31T23:59:60Z", NotInCalendar),
            ("2026-12-24T18:60", NotInCalendar),
            ("2026-12-24T18:00+24:00", NotInCalendar),
            ("0000-01-01", Year),
            ("10000-01-01", Format),
            ("0001-01-01T00:00+00:01", Year),
            ("9999-12-31T23:59-00:01", Year),
        ] {
            assert_eq!(parsed(text), Err(error), "{text}");
        }
    }

    #[test]
    fn stored_due_dates_are_read_back_in_order() {
        let ordered =
            ["0001-01-01", "1969-12-31T23:59:59.999Z", "1970-01-01", "1970-01-01T00:00Z", "9999-12-31"];
        let due = ordered.map(|text| DueDate::parse(text).unwrap());
        assert!(due.is_sorted_by_key(|due| due.sort_key()));
        assert_eq!(due.map(|due| DueDate::from_sort_key(due.sort_key())), due.map(Some));
        assert_eq!(DueDate::from_sort_key(i64::MAX), None);
    }
}

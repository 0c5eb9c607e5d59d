//! Seconds since 1970 as a date that a person can read in an error.

use std::fmt;

const SECONDS_PER_DAY: i64 = 86_400;

/// Shows `1970-01-01T01:00:00Z`; outside the years 0 to 9999 the bare number, as `@253402300800`.
pub(crate) struct UnixTime(pub(crate) i64);

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !(-62_167_219_200..=253_402_300_799).contains(&self.0) {
            return write!(f, "@{}", self.0);
        }
        let (year, month, day) = civil_date(self.0.div_euclid(SECONDS_PER_DAY));
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Days since 1970-01-01 as year, month and day of the Gregorian calendar.
///
/// Counts in eras of 400 years that start on the first of March, so that the leap day is the last day of a year
/// (Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
fn civil_date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = days.div_euclid(146_097) * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_dates_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (3600, "1970-01-01T01:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
        ];
        for (seconds, shown) in cases {
            assert_eq!(UnixTime(seconds).to_string(), shown);
        }
    }

    #[test]
    fn shows_dates_outside_the_calendar_as_a_number() {
        assert_eq!(UnixTime(253_402_300_800).to_string(), "@253402300800");
        assert_eq!(UnixTime(i64::MIN).to_string(), format!("@{}", i64::MIN));
    }
}

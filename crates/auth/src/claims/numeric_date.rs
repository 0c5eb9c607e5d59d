//! `NumericDate` of RFC 7519 §2: seconds since 1970, perhaps with a fraction.

use crate::token::Json;

/// Integers up to here are exact in a double (2^53); in seconds that is 285 million years.
const MAX_SECONDS: f64 = 9_007_199_254_740_992.0;

/// A moment at a whole second, or between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumericDate {
    floor: i64,
    ceil: i64,
}

impl NumericDate {
    /// None for anything but a number, and for numbers that no clock can reach.
    pub(crate) fn parse(value: &Json<'_>) -> Option<Self> {
        let seconds = match value {
            Json::Integer(seconds) => return Some(Self { floor: *seconds, ceil: *seconds }),
            Json::Float(seconds) if seconds.abs() < MAX_SECONDS => seconds,
            _ => return None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53 by the lines before")]
        Some(Self { floor: seconds.floor() as i64, ceil: seconds.ceil() as i64 })
    }

    /// The last whole second not after it, for the end of a token.
    pub(crate) fn floor(self) -> i64 {
        self.floor
    }

    /// The first whole second not before it, for the start of a token.
    pub(crate) fn ceil(self) -> i64 {
        self.ceil
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<(i64, i64)> {
        NumericDate::parse(&serde_json::from_str(json).unwrap()).map(|date| (date.floor(), date.ceil()))
    }

    #[test]
    fn reads_seconds_with_and_without_a_fraction() {
        assert_eq!(parse("1700000000"), Some((1_700_000_000, 1_700_000_000)));
        assert_eq!(parse("1700000000.5"), Some((1_700_000_000, 1_700_000_001)));
        assert_eq!(parse("1.7e9"), Some((1_700_000_000, 1_700_000_000)));
        assert_eq!(parse("-0.5"), Some((-1, 0)));
        assert_eq!(parse("9223372036854775807"), Some((i64::MAX, i64::MAX)));
    }

    #[test]
    fn rejects_numbers_that_no_clock_reaches() {
        for json in ["18446744073709551615", "18446744073709551616", "1e300", "-1e300", "9007199254740993.5"]
        {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn rejects_other_types() {
        for json in ["\"1700000000\"", "null", "true", "[1]", "{\"v\":1}"] {
            assert_eq!(parse(json), None, "{json}");
        }
    }
}

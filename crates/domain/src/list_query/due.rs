//! Filters by due date. A day counts as its first moment in a time zone.

use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use time::Date;

use crate::{DueDate, Task, Timestamp};

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the tz database, from data that is compiled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone or link with exactly this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        // The database ignores case.
        let zone = ZONES.get(name).ok().filter(|zone| zone.iana_name() == Some(name) && !zone.is_unknown());
        zone.map(Self)
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

/// A limit in the order of due dates. It depends on the time zone, so it is one for days and another one for moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueLimit {
    /// Days with a smaller [`DueDate::sort_key`] are below the limit.
    pub day_key: i64,
    /// Moments with a smaller [`DueDate::sort_key`] are below the limit.
    pub moment_key: i64,
}

const DAY_MILLIS: i64 = 86_400_000;

/// The days of 400 years, after which the calendar repeats.
const CYCLE: i64 = 146_097;

/// 9998-12-31. Later moments do not all fit in the types of the library, in any zone.
const LAST_DAY: i64 = 2_932_531;

impl DueLimit {
    /// The limit at this due date.
    #[must_use]
    pub fn at(due: DueDate, zone: &Zone) -> Self {
        let moment = match due {
            DueDate::Day(date) => first_moment(day_number(date), zone),
            DueDate::Moment(moment) => moment.unix_millis(),
        };
        let mut day = day_of(moment, zone) + 1;
        // At most the day of the moment itself, and a day that the zone skipped.
        while first_moment(day - 1, zone) >= moment {
            day -= 1;
        }
        Self::between(day, moment)
    }

    /// The limit below which open tasks are overdue: moments before now, and days that have ended.
    #[must_use]
    pub fn overdue(now: Timestamp, zone: &Zone) -> Self {
        let moment = now.unix_millis();
        Self::between(day_of(moment, zone), moment)
    }

    /// Below are the days before this one, and the moments before this one.
    const fn between(day: i64, moment: i64) -> Self {
        Self { day_key: 2 * day * DAY_MILLIS, moment_key: 2 * moment + 1 }
    }

    /// Whether the due date is below the limit.
    #[must_use]
    pub fn is_above(self, due: DueDate) -> bool {
        let key = due.sort_key();
        match due {
            DueDate::Day(_) => key < self.day_key,
            DueDate::Moment(_) => key < self.moment_key,
        }
    }
}

/// Filters by due date. All of them must match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueFilter {
    /// Only tasks without a due date.
    pub none: bool,
    /// Only tasks due at this limit or later.
    pub from: Option<DueLimit>,
    /// Only tasks due before this limit.
    pub before: Option<DueLimit>,
    /// Only overdue tasks, or only all others.
    pub overdue: Option<Overdue>,
}

/// A filter by being open and due before a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// Whether overdue tasks are wanted, or all others.
    pub wanted: bool,
    /// The limit.
    pub limit: DueLimit,
    /// When the limit for days may be another one, in milliseconds since 1970.
    pub day_end: i64,
}

impl Overdue {
    /// The filter at this time.
    #[must_use]
    pub fn at(wanted: bool, now: Timestamp, zone: &Zone) -> Self {
        let day_end = day_end(now.unix_millis(), zone);
        Self { wanted, limit: DueLimit::overdue(now, zone), day_end }
    }

    /// The first time at which the filter may pass other tasks, given the smallest [`DueDate::sort_key`] of the moments of
    /// open tasks that are not below the limit.
    #[must_use]
    pub fn until(&self, next_moment: Option<i64>) -> Option<Timestamp> {
        // A moment is overdue from the next millisecond on.
        let next = next_moment.map_or(i64::MAX, |key| key.div_euclid(2) + 1);
        Timestamp::from_unix_millis(next.min(self.day_end))
    }
}

impl DueFilter {
    /// Whether the task passes.
    #[must_use]
    pub fn matches(&self, task: &Task) -> bool {
        let is_before = |limit: DueLimit| task.due_date.map(|due| limit.is_above(due));
        let is_overdue = |limit| !task.completed && is_before(limit) == Some(true);
        (!self.none || task.due_date.is_none())
            && self.from.is_none_or(|limit| is_before(limit) == Some(false))
            && self.before.is_none_or(|limit| is_before(limit) == Some(true))
            && self.overdue.is_none_or(|overdue| overdue.wanted == is_overdue(overdue.limit))
    }
}

fn day_number(date: Date) -> i64 {
    i64::from(date.to_julian_day())
        - i64::from(Date::from_ordinal_date(1970, 1).map_or(0, Date::to_julian_day))
}

/// The first moment of a day, in milliseconds since 1970.
fn first_moment(day: i64, zone: &Zone) -> i64 {
    if day > LAST_DAY {
        return first_moment(day - CYCLE, zone) + CYCLE * DAY_MILLIS;
    }
    let midnight = day * DAY_MILLIS;
    let local = jiff::Timestamp::from_millisecond(midnight).map(|utc| TimeZone::UTC.to_datetime(utc));
    // After a gap at midnight the day begins at its end; of two midnights, with the first.
    let first = local.and_then(|local| zone.0.to_ambiguous_timestamp(local).compatible());
    first.map_or(midnight, jiff::Timestamp::as_millisecond)
}

/// The day of a moment in the zone.
fn day_of(moment: i64, zone: &Zone) -> i64 {
    if moment > LAST_DAY * DAY_MILLIS {
        return day_of(moment - CYCLE * DAY_MILLIS, zone) + CYCLE;
    }
    let local = |utc| -> civil::DateTime { zone.0.to_datetime(utc) };
    let local = jiff::Timestamp::from_millisecond(moment).ok().map(local);
    let as_utc = local.and_then(|local| TimeZone::UTC.to_timestamp(local).ok());
    as_utc.map_or(moment, jiff::Timestamp::as_millisecond).div_euclid(DAY_MILLIS)
}

/// The next moment at which the day in the zone may be another one. Where clocks are turned back over midnight, a day comes
/// twice, so a change of the zone's offset counts as well.
fn day_end(moment: i64, zone: &Zone) -> i64 {
    let end = first_moment(day_of(moment, zone) + 1, zone);
    let change = jiff::Timestamp::from_millisecond(moment).ok().and_then(|now| zone.0.following(now).next());
    let end = change.map_or(end, |change| end.min(change.timestamp().as_millisecond()));
    // In the repeated part of a day, its end is already over.
    end.max(moment + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(text: &str) -> DueDate {
        DueDate::parse(text).unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn is_before(one: &str, limit: &str, name: &str) -> bool {
        DueLimit::at(due(limit), &zone(name)).is_above(due(one))
    }

    #[test]
    fn zones_have_exactly_the_names_of_the_database() {
        for name in ["UTC", "Europe/Berlin", "US/Pacific", "Etc/GMT+5", "EST5EDT", "Asia/Calcutta"] {
            assert!(Zone::parse(name).is_some(), "{name}");
        }
        for name in
            ["", "utc", "europe/berlin", "Berlin", "Z", "+01:00", "Etc/Unknown", "../etc/passwd", "CET\0"]
        {
            assert!(Zone::parse(name).is_none(), "{name:?}");
        }
        assert_eq!(
            DueLimit::at(due("2026-12-24"), &Zone::default()),
            DueLimit::at(due("2026-12-24"), &zone("UTC"))
        );
    }

    #[test]
    fn days_count_as_their_first_moment_in_the_zone() {
        // 2026-12-24 begins in Berlin at 23:00 UTC.
        assert!(is_before("2026-12-24", "2026-12-23T23:00:00.001Z", "Europe/Berlin"));
        assert!(!is_before("2026-12-24", "2026-12-23T23:00:00.000Z", "Europe/Berlin"));
        assert!(is_before("2026-12-23T22:59:59.999Z", "2026-12-24", "Europe/Berlin"));
        assert!(!is_before("2026-12-23T23:00Z", "2026-12-24", "Europe/Berlin"));
        assert!(!is_before("2026-12-24", "2026-12-24", "Pacific/Kiritimati"));
        assert!(is_before("2026-12-23", "2026-12-24", "Pacific/Kiritimati"));
    }

    #[test]
    fn days_without_a_midnight_begin_after_the_gap() {
        // Clocks in Havana went from 0:00 to 1:00 on 2025-03-09, which is 5:00 UTC.
        assert!(!is_before("2025-03-09T05:00Z", "2025-03-09", "America/Havana"));
        assert!(is_before("2025-03-09T04:59Z", "2025-03-09", "America/Havana"));
        // Samoa had no 2011-12-30.
        assert!(!is_before("2011-12-30", "2011-12-31", "Pacific/Apia"));
        assert!(is_before("2011-12-29", "2011-12-31", "Pacific/Apia"));
    }

    #[test]
    fn limits_at_the_ends_of_the_calendar_compare() {
        for name in ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"] {
            assert!(is_before("9999-12-30", "9999-12-31", name), "{name}");
            assert!(!is_before("9999-12-31", "9999-12-31", name), "{name}");
            assert!(!is_before("0001-01-01", "0001-01-01", name), "{name}");
            assert!(is_before("0001-01-01", "0001-01-02", name), "{name}");
            assert!(is_before("9999-12-30T00:00Z", "9999-12-31T23:59:59.999Z", name), "{name}");
            assert!(is_before("9999-12-30", "9999-12-31T23:59:59.999Z", name), "{name}");
        }
        assert!(is_before("9999-12-31", "9999-12-31T23:59:59.999Z", "UTC"));
        // In New York the last day begins at 5:00 UTC.
        assert!(!is_before("9999-12-31", "9999-12-31T04:59Z", "America/New_York"));
        assert!(is_before("9999-12-31", "9999-12-31T05:01Z", "America/New_York"));
    }

    #[test]
    fn days_are_overdue_after_they_have_ended() {
        let is_overdue = |one: &str, now: &str, name: &str| {
            let DueDate::Moment(now) = due(now) else { panic!("{now}") };
            DueLimit::overdue(now, &zone(name)).is_above(due(one))
        };
        assert!(!is_overdue("2026-12-24", "2026-12-24T22:59:59.999Z", "Europe/Berlin"));
        assert!(is_overdue("2026-12-24", "2026-12-24T23:00:00.000Z", "Europe/Berlin"));
        assert!(!is_overdue("2026-12-24", "2026-12-24T23:00:00.000Z", "UTC"));
        assert!(is_overdue("2026-12-24T10:00Z", "2026-12-24T10:00:00.001Z", "UTC"));
        assert!(!is_overdue("2026-12-24T10:00Z", "2026-12-24T10:00Z", "UTC"));
    }

    fn moment(text: &str) -> Timestamp {
        let DueDate::Moment(moment) = due(text) else { panic!("{text}") };
        moment
    }

    #[test]
    fn overdue_tasks_change_when_a_day_ends_or_a_moment_is_over() {
        for (now, name, end) in [
            ("2026-12-24T22:59Z", "Europe/Berlin", "2026-12-24T23:00Z"),
            ("2026-12-24T23:00Z", "Europe/Berlin", "2026-12-25T23:00Z"),
            ("2026-12-24T23:59:59.999Z", "UTC", "2026-12-25T00:00Z"),
            // At 2:00 on this day, clocks went to 3:00.
            ("2026-03-28T23:30Z", "Europe/Berlin", "2026-03-29T01:00Z"),
            ("2026-03-29T01:00Z", "Europe/Berlin", "2026-03-29T22:00Z"),
            // At 0:01 on 2007-11-04, clocks went to 23:01 of the day before.
            ("2007-11-04T02:30:30Z", "America/St_Johns", "2007-11-04T02:31Z"),
            ("2007-11-04T02:31:00.000Z", "America/St_Johns", "2007-11-04T02:31:00.001Z"),
            ("2007-11-04T03:30Z", "America/St_Johns", "2007-11-05T03:30Z"),
        ] {
            let overdue = Overdue::at(true, moment(now), &zone(name));
            assert_eq!(overdue.until(None), Some(moment(end)), "{now} {name}");
        }
        let overdue = Overdue::at(false, moment("2026-12-24T10:00Z"), &zone("UTC"));
        let until = |text| overdue.until(Some(due(text).sort_key()));
        assert_eq!(until("2026-12-24T10:00Z"), Some(moment("2026-12-24T10:00:00.001Z")));
        assert_eq!(until("2026-12-31T10:00Z"), Some(moment("2026-12-25T00:00Z")));
        assert_eq!(until("9999-12-31T23:59:59.999Z"), Some(moment("2026-12-25T00:00Z")));
    }

    #[test]
    fn limits_of_days_stay_until_the_day_ends() {
        let minute = 60_000;
        let begin = jiff::Timestamp::from_millisecond(0).unwrap();
        for name in ["America/St_Johns", "America/Havana", "Pacific/Apia", "Asia/Manila", "Europe/Berlin"] {
            let zone = zone(name);
            let changes = zone.0.following(begin).map(|change| change.timestamp().as_millisecond());
            for change in changes.take(120) {
                for now in (-27 * 60..27 * 60).step_by(61).map(|minutes| change + minutes * minute + 30_000) {
                    let (day, end) = (day_of(now, &zone), day_end(now, &zone));
                    for later in (now..end.min(now + 30 * 60 * minute)).step_by(17 * 60_000).chain([end - 1])
                    {
                        assert_eq!(day_of(later, &zone), day, "{name} {now} {later}");
                    }
                }
            }
        }
    }
}

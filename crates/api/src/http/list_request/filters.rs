//! The filters of a list by the members of its tasks. A cursor contains them in the form of a query.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::{
    DueDate, DueFilter, DueLimit, ListFilter, ListId, Overdue, Priority, Tag, Tags, Timestamp, Zone,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::CURSOR;
use crate::http::query::{Parameters, boolean};

/// The filters as they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filters {
    priorities: Option<Vec<Priority>>,
    tags: Option<Vec<Tag>>,
    no_due_date: Option<bool>,
    due_after: Option<DueDate>,
    due_before: Option<DueDate>,
    overdue: Option<bool>,
    zone: Option<NamedZone>,
    list: Option<ListFilter>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedZone {
    name: String,
    zone: Zone,
}

impl Default for NamedZone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), zone: Zone::default() }
    }
}

/// The parameters of the filters.
pub(super) const KNOWN: [&str; 9] =
    ["priority", "tags", "tag", "due_date", "due_after", "due_before", "overdue", "tz", "list_id"];

/// The parameter that may be repeated.
const TAG: &str = "tag";

impl Parameters<'_> {
    pub(super) fn filters(&mut self) -> Filters {
        Filters {
            priorities: self.priorities(),
            tags: self.tags(),
            no_due_date: self.take("due_date", "must be none", |text| (text == "none").then_some(true)),
            due_after: self.due("due_after"),
            due_before: self.due("due_before"),
            overdue: self.take("overdue", "must be true or false", boolean),
            zone: self.take("tz", "must be the name of a time zone, like Europe/Berlin", |name| {
                Zone::parse(name).map(|zone| NamedZone { name: name.to_owned(), zone })
            }),
            list: self.take("list_id", "must be the id of a list, or none", list),
        }
    }

    /// The filters of this query and those of the cursor, which must agree.
    pub(super) fn agreed_filters(&mut self, asked: Filters, carried: Option<Filters>) -> Filters {
        let Some(carried) = carried else { return asked };
        Filters {
            priorities: self.agreed("priority", asked.priorities.as_ref(), carried.priorities),
            tags: self.agreed_tags(asked.tags.as_deref(), carried.tags),
            no_due_date: self.agreed("due_date", asked.no_due_date.as_ref(), carried.no_due_date),
            due_after: self.agreed("due_after", asked.due_after.as_ref(), carried.due_after),
            due_before: self.agreed("due_before", asked.due_before.as_ref(), carried.due_before),
            overdue: self.agreed("overdue", asked.overdue.as_ref(), carried.overdue),
            zone: self.agreed("tz", asked.zone.as_ref(), Some(carried.zone.unwrap_or_default())),
            list: self.agreed("list_id", asked.list.as_ref(), carried.list),
        }
    }

    /// Tags agree in any order and spelling.
    fn agreed_tags(&mut self, asked: Option<&[Tag]>, carried: Option<Vec<Tag>>) -> Option<Vec<Tag>> {
        let keys = |tags: &[Tag]| tags.iter().map(Tag::key).collect::<BTreeSet<_>>();
        let _ = self.agreed("tags", asked.map(keys).as_ref(), carried.as_deref().map(keys));
        carried
    }

    /// A cursor without a filter excludes the filter.
    fn agreed<T: PartialEq>(&mut self, name: &str, asked: Option<&T>, carried: Option<T>) -> Option<T> {
        if asked.is_some() && asked != carried.as_ref() {
            self.reject(name, CURSOR, "contradiction");
        }
        carried
    }

    /// In order and without repetitions, so that the statements differ in few ways.
    fn priorities(&mut self) -> Option<Vec<Priority>> {
        let msg = "must be a list of low, medium, high and urgent, separated by commas";
        let mut listed: Vec<Priority> =
            self.take("priority", msg, |text| parts(text).map(|part| Priority::parse(part).ok()).collect())?;
        listed.sort_unstable();
        listed.dedup();
        Some(listed).filter(|listed| !listed.is_empty())
    }

    /// Those of `tags` and `tag` together.
    fn tags(&mut self) -> Option<Vec<Tag>> {
        let listed = self.take_all("tags").into_iter().map(|text| ("tags", text));
        let single = self.take_all(TAG).into_iter().map(|text| (TAG, text));
        let mut tags: Vec<Tag> = Vec::new();
        for (name, text) in listed.chain(single).collect::<Vec<_>>() {
            let texts: Vec<&str> = if name == TAG { vec![&*text] } else { parts(&text).collect() };
            for text in texts {
                match Tag::parse(text) {
                    Ok(tag) if tags.iter().any(|other| other.key() == tag.key()) => {}
                    Ok(tag) => tags.push(tag),
                    Err(error) => self.reject(name, error.to_string(), "value_error"),
                }
            }
        }
        if tags.len() > Tags::MAX {
            self.reject("tags", format!("must have at most {} tags", Tags::MAX), "too_long");
        }
        Some(tags).filter(|tags| !tags.is_empty())
    }

    fn due(&mut self, name: &'static str) -> Option<DueDate> {
        self.take(name, "must be a date or a date-time that exists, in the years 1 to 9999", |text| {
            DueDate::parse_limit(text).ok()
        })
    }
}

impl Filters {
    pub(super) const fn list(&self) -> Option<ListFilter> {
        self.list
    }

    pub(super) fn priorities(&self) -> Vec<Priority> {
        self.priorities.clone().unwrap_or_default()
    }

    pub(super) fn tags(&self) -> Vec<Tag> {
        self.tags.clone().unwrap_or_default()
    }

    pub(super) fn due(&self, now: Timestamp) -> DueFilter {
        let zone = self.zone.as_ref().map(|zone| zone.zone.clone()).unwrap_or_default();
        let limit = |due| DueLimit::at(due, &zone);
        DueFilter {
            none: self.no_due_date == Some(true),
            from: self.due_after.map(limit),
            before: self.due_before.map(limit),
            overdue: self.overdue.map(|wanted| Overdue::at(wanted, now, &zone)),
        }
    }

    /// As a query, for the cursor.
    pub(super) fn to_query(&self) -> String {
        let names = |listed: &Vec<Priority>| {
            listed.iter().map(|priority| priority.as_str()).collect::<Vec<_>>().join(",")
        };
        let tags = self.tags.iter().flatten().map(|tag| (TAG, Some(Cow::from(tag.as_str()))));
        let others = [
            ("priority", self.priorities.as_ref().map(names).map(Cow::from)),
            ("due_date", self.no_due_date.map(|_| "none".into())),
            ("due_after", self.due_after.map(|due| due.to_string().into())),
            ("due_before", self.due_before.map(|due| due.to_string().into())),
            ("overdue", self.overdue.map(|overdue| overdue.to_string().into())),
            ("tz", self.zone.as_ref().map(|zone| zone.name.as_str().into())),
            ("list_id", self.list.map(list_name)),
        ];
        let pair = |(name, value): (&str, Option<Cow<'_, str>>)| {
            Some(format!("{name}={}", utf8_percent_encode(&value?, NON_ALPHANUMERIC)))
        };
        tags.chain(others).filter_map(pair).collect::<Vec<_>>().join("&")
    }

    /// Reads the form of a cursor.
    pub(super) fn from_query(query: &str) -> Option<Self> {
        let mut parameters = Parameters::read(query, &KNOWN);
        let filters = parameters.filters();
        parameters.finish(filters).ok()
    }
}

/// The id of a list, or `none`.
fn list(text: &str) -> Option<ListFilter> {
    if text.eq_ignore_ascii_case("none") {
        Some(ListFilter::None)
    } else {
        ListId::parse(text).map(ListFilter::Of)
    }
}

fn list_name(list: ListFilter) -> Cow<'static, str> {
    match list {
        ListFilter::None => "none".into(),
        ListFilter::Of(id) => id.to_string().into(),
    }
}

/// The parts of a list, trimmed; empty ones are ignored.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Filters, String> {
        let mut parameters = Parameters::read(query, &KNOWN);
        let filters = parameters.filters();
        parameters.finish(filters).map_err(|problem| problem.to_string())
    }

    #[test]
    fn filters_are_read_back_from_a_cursor() {
        let queries = [
            "",
            "priority=Urgent,,high,high",
            "tags=a,%20B%20,&tag=c%26d&tag=A",
            "due_date=none&overdue=0",
            "list_id=NONE",
            "list_id=019AA4C0-6d1e-7c33-9d0a-3a6a5f3f7b21&priority=low",
            "due_after=2026-12-24&due_before=2026-12-25T10:00%2B01:00&tz=Europe/Berlin&overdue=true",
        ];
        for query in queries {
            let filters = read(query).unwrap();
            assert_eq!(Filters::from_query(&filters.to_query()), Some(filters), "{query}");
        }
    }

    #[test]
    fn lists_ignore_empty_parts_and_repetitions() {
        assert_eq!(read("priority=,&tags=&tags=,").unwrap(), Filters::default());
        let filters = read("priority=urgent,LOW,urgent&tags=a,A&tag=b&tag=B").unwrap();
        assert_eq!(filters.priorities(), [Priority::Low, Priority::Urgent]);
        assert_eq!(filters.tags().iter().map(Tag::as_str).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn wrong_filters_are_rejected_by_name() {
        let many = format!("tags={}", ('a'..='u').map(String::from).collect::<Vec<_>>().join(","));
        let long = format!("tag={}", "x".repeat(51));
        let queries = [
            ("priority=normal", "priority"),
            ("priority=high;low", "priority"),
            ("priority=high&priority=low", "priority"),
            ("tag=", "tag"),
            ("tag=a,b", "tag"),
            ("tag=a%0Ab", "tag"),
            ("tags=a%00", "tags"),
            (&many, "tags"),
            (&long, "tag"),
            ("list_id=", "list_id"),
            ("list_id=all", "list_id"),
            ("list_id=019aa4c06d1e7c339d0a3a6a5f3f7b21", "list_id"),
            ("list_id=none&list_id=019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b21", "list_id"),
            ("due_date=", "due_date"),
            ("due_date=None", "due_date"),
            ("due_date=2026-12-24", "due_date"),
            ("due_after=tomorrow", "due_after"),
            ("due_after=2026-02-30", "due_after"),
            ("due_after=", "due_after"),
            ("due_before=2026-12-24T24:00", "due_before"),
            ("due_before=2026-12-24T18:00+01:00", "due_before"),
            ("due_before=0000-01-01", "due_before"),
            ("overdue=maybe", "overdue"),
            ("overdue=", "overdue"),
            ("tz=Mars/Base", "tz"),
            ("tz=europe/berlin", "tz"),
            ("tz=%2B01:00", "tz"),
            ("tz=", "tz"),
        ];
        for (query, name) in queries {
            let error = read(query).err().unwrap_or_else(|| panic!("{query} was accepted"));
            assert!(error.starts_with(&format!("validation: {name}: ")), "{query}: {error}");
        }
    }
}

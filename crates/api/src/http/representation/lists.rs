//! Lists as JSON.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::{CountedList, List};
use serde::{Serialize, Serializer};

use super::{etag, json, private_cache_headers};
use crate::http::members::lists;

/// A list as JSON.
pub(crate) struct ListJson<'a>(pub(crate) &'a List);

impl Serialize for ListJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        lists::write(self.0, serializer)
    }
}

/// A list of the collection, with the numbers of its live tasks.
#[derive(Serialize)]
pub(crate) struct CountedJson<'a> {
    #[serde(flatten)]
    list: ListJson<'a>,
    open: u64,
    completed: u64,
}

impl<'a> CountedJson<'a> {
    /// The JSON of a list and its counts.
    pub(crate) const fn of(CountedList { list, open, completed }: &'a CountedList) -> Self {
        Self { list: ListJson(list), open: *open, completed: *completed }
    }
}

/// Responds with one list.
pub(crate) fn list(builder: &mut HttpResponseBuilder, list: &List) -> HttpResponse {
    private_cache_headers(builder).insert_header((header::ETAG, etag(list.revision)));
    json(builder, &ListJson(list))
}

/// The size of all lists of an owner, on average.
pub(crate) const fn estimated_bytes(lists: usize) -> usize {
    2 + lists * 384
}

//! Lists as JSON.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::{CountedList, List};
use serde::{Serialize, Serializer};

use super::{etag, private_cache_headers};
use crate::http::members::lists;
use crate::http::write_json::{WriteJson, bare, embed, to_vec};

/// A list as JSON.
pub(crate) struct ListJson<'a>(pub(crate) &'a List);

impl WriteJson for ListJson<'_> {
    fn write_json(&self, json: &mut Vec<u8>) {
        json.push(b'{');
        lists::write(self.0, json);
        json.push(b'}');
    }
}

impl Serialize for ListJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        embed(self, serializer)
    }
}

/// A list of the collection as JSON, with the numbers of its live tasks.
pub(crate) struct CountedJson<'a>(pub(crate) &'a CountedList);

impl WriteJson for CountedJson<'_> {
    fn write_json(&self, json: &mut Vec<u8>) {
        let CountedList { list, open, completed } = self.0;
        json.push(b'{');
        lists::write(list, json);
        json.extend_from_slice(b",\"open\":");
        bare(json, open);
        json.extend_from_slice(b",\"completed\":");
        bare(json, completed);
        json.push(b'}');
    }
}

/// Responds with one list.
pub(crate) fn list(builder: &mut HttpResponseBuilder, list: &List) -> HttpResponse {
    private_cache_headers(builder).insert_header((header::ETAG, etag(list.revision)));
    builder.content_type("application/json").body(to_vec(&ListJson(list)))
}

/// The size of all lists of an owner, on average.
pub(crate) const fn estimated_bytes(lists: usize) -> usize {
    2 + lists * 384
}

//! The schemas of lists.

use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{request, response};
use crate::http::members::lists::MEMBERS;

/// A list in responses.
pub(crate) struct List;

/// A list of the collection in responses.
pub(crate) struct CountedList;

/// The body of POST.
pub(crate) struct NewList;

/// The body of PUT.
pub(crate) struct ListUpdate;

/// The body of PATCH.
pub(crate) struct ListPatch;

impl CountedList {
    /// The members that only these lists have, with their descriptions.
    pub(crate) const COUNTS: [(&str, &str); 2] =
        [("open", "The number of its open tasks."), ("completed", "The number of its completed tasks.")];
}

impl ToSchema for List {}
impl ToSchema for CountedList {}
impl ToSchema for NewList {}
impl ToSchema for ListUpdate {}
impl ToSchema for ListPatch {}

impl PartialSchema for List {
    fn schema() -> RefOr<Schema> {
        response(MEMBERS.all(), "A list as JSON.").into()
    }
}

impl PartialSchema for CountedList {
    fn schema() -> RefOr<Schema> {
        let list = response(MEMBERS.all(), "A list as JSON, with the numbers of its tasks.");
        let with_count = |list: ObjectBuilder, (name, text)| {
            let count = Object::builder().schema_type(Type::Integer).description(Some(text));
            list.property(name, count.minimum(Some(0))).required(name)
        };
        Self::COUNTS.into_iter().fold(list, with_count).into()
    }
}

impl PartialSchema for NewList {
    fn schema() -> RefOr<Schema> {
        let list = request(MEMBERS.all(), |_| false).description(Some("A list to create."));
        list.required(MEMBERS.name.name).into()
    }
}

impl PartialSchema for ListUpdate {
    fn schema() -> RefOr<Schema> {
        let text = "A change of a list. A null `name` is ignored.";
        request(MEMBERS.all(), |_| true).description(Some(text)).into()
    }
}

impl PartialSchema for ListPatch {
    fn schema() -> RefOr<Schema> {
        let text = "A change of a list, as a JSON Merge Patch (RFC 7396).";
        request(MEMBERS.all(), |_| false).description(Some(text)).into()
    }
}

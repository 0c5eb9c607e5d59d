//! Successful responses with lists.

use utoipa::IntoResponses;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ArrayBuilder, Ref};

use super::{Responses, json, responses, unchanged, unchanged_list};
use crate::openapi::headers::WithHeaders;

/// All lists of the user.
pub(crate) struct AllLists;

/// A list.
pub(crate) struct OneList;

/// A new list.
pub(crate) struct CreatedList;

/// A changed list.
pub(crate) struct ChangedList;

/// A changed list, or a new one.
pub(crate) struct ChangedOrCreatedList;

/// A deletion.
pub(crate) struct DeletedList;

impl IntoResponses for DeletedList {
    fn responses() -> Responses {
        responses([("204", ResponseBuilder::new().description("Deleted for good."))])
    }
}

impl IntoResponses for AllLists {
    fn responses() -> Responses {
        let lists = ArrayBuilder::new().items(Ref::from_schema_name("CountedList"));
        let lists = json("All lists of the user.", lists).with_headers(&["Content-Encoding"]).with_list_tag();
        responses([("200", lists), ("304", unchanged_list())])
    }
}

impl IntoResponses for OneList {
    fn responses() -> Responses {
        responses([("200", list("The list.")), ("304", unchanged())])
    }
}

impl IntoResponses for CreatedList {
    fn responses() -> Responses {
        let created = list("The new list.").with_headers(&["Location"]);
        // The operations on the new list, for tools that follow links.
        let link = |created: ResponseBuilder, verb| {
            let link = LinkBuilder::new().operation_id(format!("{verb}_list"));
            let link = link.parameter("user_id", "$response.body#/user_id");
            created.link(verb, link.parameter("id", "$response.body#/id").build())
        };
        responses([("201", ["get", "update", "patch", "move", "delete"].into_iter().fold(created, link))])
    }
}

impl IntoResponses for ChangedList {
    fn responses() -> Responses {
        responses([("200", list("The changed list."))])
    }
}

impl IntoResponses for ChangedOrCreatedList {
    fn responses() -> Responses {
        ChangedList::responses().into_iter().chain(CreatedList::responses()).collect()
    }
}

fn list(description: &str) -> ResponseBuilder {
    json(description, Ref::from_schema_name("List")).with_headers(&["ETag"])
}

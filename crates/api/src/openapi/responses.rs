//! Successful responses.

pub(crate) mod lists;

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, Ref};
use utoipa::openapi::{Content, RefOr, Schema};

use super::headers::WithHeaders;
use crate::http::events::EVENT_STREAM;

type Responses = BTreeMap<String, RefOr<Response>>;

/// A task.
pub(crate) struct OneTask;

/// A new task.
pub(crate) struct CreatedTask;

/// A changed task.
pub(crate) struct ChangedTask;

/// A changed task, or a new one.
pub(crate) struct ChangedOrCreatedTask;

/// A page of a list.
pub(crate) struct PageOfTasks;

/// A task in the trash.
pub(crate) struct OneTrashedTask;

/// A page of the trash.
pub(crate) struct PageOfTrash;

/// The counts of tags.
pub(crate) struct UsedTags;

/// A permanent deletion.
pub(crate) struct PurgedTask;

/// The permanent deletion of the trash.
pub(crate) struct EmptiedTrash;

/// A deletion.
pub(crate) struct DeletedTask;

/// A deletion of everything.
pub(crate) struct DeletedOwner;

/// A move of all tasks.
pub(crate) struct TransferredTasks;

/// A page of changes.
pub(crate) struct PageOfChanges;

/// A stream of events.
pub(crate) struct StreamOfEvents;

/// The results of several operations.
pub(crate) struct BulkResults;

impl IntoResponses for OneTask {
    fn responses() -> Responses {
        responses([("200", task("The task.")), ("304", unchanged())])
    }
}

impl IntoResponses for CreatedTask {
    fn responses() -> Responses {
        let created = task("The new task.").with_headers(&["Location"]);
        // The operations on the new task, for tools that follow links.
        let created =
            ["get", "update", "patch", "complete", "delete"].into_iter().fold(created, |created, verb| {
                let link = LinkBuilder::new().operation_id(format!("{verb}_task"));
                let link = link
                    .parameter("user_id", "$response.body#/user_id")
                    .parameter("id", "$response.body#/id");
                created.link(verb, link.build())
            });
        responses([("201", created)])
    }
}

impl IntoResponses for ChangedTask {
    fn responses() -> Responses {
        responses([("200", task("The changed task."))])
    }
}

impl IntoResponses for ChangedOrCreatedTask {
    fn responses() -> Responses {
        ChangedTask::responses().into_iter().chain(CreatedTask::responses()).collect()
    }
}

impl IntoResponses for PageOfTasks {
    fn responses() -> Responses {
        let page = page("A page of the user's tasks.", "Task", "list_tasks");
        responses([("200", page), ("304", unchanged_list().with_headers(&["X-Changed-Since"]))])
    }
}

impl IntoResponses for OneTrashedTask {
    fn responses() -> Responses {
        let trashed = json("The task.", Ref::from_schema_name("TrashedTask")).with_headers(&["ETag"]);
        responses([("200", trashed), ("304", unchanged())])
    }
}

impl IntoResponses for PageOfTrash {
    fn responses() -> Responses {
        let page = page("A page of the user's deleted tasks.", "TrashedTask", "list_trash");
        responses([("200", page), ("304", unchanged_list().with_headers(&["X-Changed-Since"]))])
    }
}

impl IntoResponses for UsedTags {
    fn responses() -> Responses {
        let tags = ArrayBuilder::new().items(Ref::from_schema_name("TagCount"));
        let tags = tags.max_items(Some(domain::TAG_COUNTS_MAX));
        let tags = json("The tags in use.", tags).with_headers(&["Content-Encoding"]).with_list_tag();
        responses([("200", tags), ("304", unchanged_list())])
    }
}

impl IntoResponses for PurgedTask {
    fn responses() -> Responses {
        responses([("204", ResponseBuilder::new().description("Deleted for good."))])
    }
}

impl IntoResponses for EmptiedTrash {
    fn responses() -> Responses {
        responses([("204", ResponseBuilder::new().description("The trash is empty."))])
    }
}

impl IntoResponses for DeletedTask {
    fn responses() -> Responses {
        let with_body = json("Deleted.", Ref::from_schema_name("Deleted"));
        let with_body = with_body.with_headers(&["Preference-Applied"]);
        responses([("200", with_body), ("204", ResponseBuilder::new().description("Deleted."))])
    }
}

impl IntoResponses for DeletedOwner {
    fn responses() -> Responses {
        responses([("204", ResponseBuilder::new().description("Nothing of the user remains."))])
    }
}

impl IntoResponses for TransferredTasks {
    fn responses() -> Responses {
        responses([("204", ResponseBuilder::new().description("All tasks belong to this user."))])
    }
}

impl IntoResponses for BulkResults {
    fn responses() -> Responses {
        let results = json("The result of each operation.", Ref::from_schema_name("BulkResults"));
        responses([("200", results)])
    }
}

impl IntoResponses for PageOfChanges {
    fn responses() -> Responses {
        let page = json("A page of changes.", Ref::from_schema_name("Changes"));
        let next = LinkBuilder::new().operation_id("list_changes").description("The changes that follow.");
        let next = next.parameter("user_id", "$request.path.user_id");
        let page = page.link("next", next.parameter("since", "$response.body#/next").build());
        responses([("200", page.with_headers(&["Content-Encoding"]))])
    }
}

impl IntoResponses for StreamOfEvents {
    fn responses() -> Responses {
        let content = Content::new(Some(Ref::from_schema_name("Events")));
        let stream = ResponseBuilder::new().description("The events, until the client or the stream ends.");
        let stream = stream.content(EVENT_STREAM, content).with_headers(&["X-Accel-Buffering"]);
        responses([("200", stream)])
    }
}

fn task(description: &str) -> ResponseBuilder {
    json(description, Ref::from_schema_name("Task")).with_headers(&["ETag"])
}

fn unchanged() -> ResponseBuilder {
    ResponseBuilder::new().description("The client has the current revision.").with_headers(&["ETag"])
}

fn unchanged_list() -> ResponseBuilder {
    ResponseBuilder::new().description("The client has the list in its present state.").with_list_tag()
}

/// A page of tasks with this schema, with a link to the next page of the same operation.
fn page(description: &str, schema: &str, operation: &str) -> ResponseBuilder {
    let page = json(description, ArrayBuilder::new().items(Ref::from_schema_name(schema)));
    let page = page.with_headers(&[
        "Link",
        "X-Next-Cursor",
        "X-Total-Count",
        "X-Changed-Since",
        "Content-Encoding",
        "Preference-Applied",
    ]);
    let page = page.with_list_tag();
    let next =
        LinkBuilder::new().operation_id(operation).description("The next page, when more tasks remain.");
    let next = next.parameter("user_id", "$request.path.user_id");
    page.link("next", next.parameter("cursor", "$response.header.X-Next-Cursor").build())
}

fn json(description: &str, schema: impl Into<RefOr<Schema>>) -> ResponseBuilder {
    let content = Content::new(Some(schema));
    ResponseBuilder::new().description(description).content("application/json", content)
}

/// Every task route shows the limit of the token's owner.
fn responses<const N: usize>(responses: [(&str, ResponseBuilder); N]) -> Responses {
    let with_limit = |response: ResponseBuilder| response.with_headers(&["RateLimit", "RateLimit-Policy"]);
    responses.into_iter().map(|(status, response)| (status.to_owned(), with_limit(response).into())).collect()
}

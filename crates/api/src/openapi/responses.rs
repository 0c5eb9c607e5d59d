//! What is answered when all is well.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, Ref};
use utoipa::openapi::{Content, RefOr, Schema};

use super::headers::{self, Named};

type Responses = BTreeMap<String, RefOr<Response>>;

/// A task that was read.
pub(crate) struct OneTask;

/// A task that was made.
pub(crate) struct CreatedTask;

/// A task that was changed.
pub(crate) struct ChangedTask;

/// Some of the caller's tasks.
pub(crate) struct PageOfTasks;

/// A task that is gone.
pub(crate) struct DeletedTask;

impl IntoResponses for OneTask {
    fn responses() -> Responses {
        let unchanged = ResponseBuilder::new().description("The caller has this revision already.");
        answers([("200", task("The task.")), ("304", unchanged.named(headers::etag()))])
    }
}

impl IntoResponses for CreatedTask {
    fn responses() -> Responses {
        let created = task("The new task.").named(headers::location("The path of the new task."));
        // What can be done with the new task, for tools that follow links.
        let created =
            ["get", "update", "patch", "complete", "delete"].into_iter().fold(created, |created, verb| {
                let link = LinkBuilder::new().operation_id(format!("{verb}_task"));
                let link = link
                    .parameter("user_id", "$response.body#/user_id")
                    .parameter("id", "$response.body#/id");
                created.link(verb, link.build())
            });
        answers([("201", created)])
    }
}

impl IntoResponses for ChangedTask {
    fn responses() -> Responses {
        answers([("200", task("The task as it is now."))])
    }
}

impl IntoResponses for PageOfTasks {
    fn responses() -> Responses {
        let tasks = ArrayBuilder::new().items(Ref::from_schema_name("Task"));
        let page = json("A page of the caller's tasks.", tasks);
        let page = page.named(headers::link()).named(headers::next_cursor()).named(headers::total_count());
        let next = LinkBuilder::new()
            .operation_id("list_tasks")
            .description("The next page, when more tasks remain.");
        let next = next.parameter("user_id", "$request.path.user_id");
        let page = page.link("next", next.parameter("cursor", "$response.header.X-Next-Cursor").build());
        answers([("200", page)])
    }
}

impl IntoResponses for DeletedTask {
    fn responses() -> Responses {
        let told = json("Deleted; the body says so.", Ref::from_schema_name("Deleted"));
        let told = told.named(headers::preference_applied());
        answers([("200", told), ("204", ResponseBuilder::new().description("Deleted."))])
    }
}

fn task(description: &str) -> ResponseBuilder {
    json(description, Ref::from_schema_name("Task")).named(headers::etag())
}

fn json(description: &str, schema: impl Into<RefOr<Schema>>) -> ResponseBuilder {
    let content = Content::new(Some(schema));
    ResponseBuilder::new().description(description).content("application/json", content)
}

fn answers<const N: usize>(answers: [(&str, ResponseBuilder); N]) -> Responses {
    answers.into_iter().map(|(status, answer)| (status.to_owned(), answer.into())).collect()
}

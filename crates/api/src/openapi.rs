//! The description of the API in OpenAPI 3.1, made from the handlers and from what they use.
//!
//! A handler names its path, its method, and what it takes and answers when all is well. What holds for many follows
//! from rules: problems, examples, the request id, and the paths where the user is the token's.

pub(crate) mod answers;
mod everywhere;
mod examples;
mod headers;
mod operations;
pub(crate) mod parameters;
mod problems;
pub(crate) mod schemas;
pub(crate) mod texts;
mod without_user;

#[cfg(test)]
mod tests;

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use crate::problem::{FieldError, ProblemBody};
use crate::routes::{docs, health, metrics, root, tasks};

use everywhere::Everywhere;
use examples::Examples;
use problems::Problems;
use without_user::WithoutUser;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tasknook",
        description = "Personal tasks for the users of Better Auth: each sees their own and nobody else's. Every error is a \
                       problem document (RFC 9457), whose `code` is for programs and whose `detail` is for people.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "own tasks", description = "The tasks of the token's user."),
        (name = "tasks", description = "The same, with the user in the path, which must be the token's."),
        (name = "service", description = "The service itself. No token is needed.")
    ),
    paths(
        tasks::list::list,
        tasks::create::create,
        tasks::get::get,
        tasks::update::put,
        tasks::update::patch,
        tasks::delete::delete,
        tasks::complete::complete,
        root::root,
        health::live,
        health::ready,
        health::health,
        metrics::metrics,
        docs::document,
        docs::index,
        docs::file
    ),
    components(schemas(
        schemas::Task,
        schemas::NewTask,
        schemas::TaskUpdate,
        schemas::TaskPatch,
        schemas::Completion,
        tasks::delete::Deleted,
        ProblemBody<'static>,
        FieldError,
        health::Alive,
        health::Health,
        root::About
    )),
    modifiers(&WithoutUser, &Problems, &Examples, &Everywhere)
)]
struct Api;

/// The whole description.
pub(crate) fn document() -> Document {
    Api::openapi()
}

/// The same as JSON, for programs and for people.
pub(crate) fn text() -> String {
    document().to_pretty_json().unwrap_or_default() + "\n"
}

//! The description of the API in OpenAPI 3.1, made from the handlers.

use utoipa::openapi::path::Paths;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, RefOr, SecurityRequirement};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::routes::{health, tasks};

/// What a caller may write of a task.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, not built: the body is read member by member")]
pub(crate) struct TaskBody {
    /// Needed to create a task.
    #[schema(example = "Buy milk", max_length = 200)]
    title: Option<String>,
    /// Null clears it.
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// Whether it is done; `is_completed` is another spelling.
    completed: Option<bool>,
}

/// What `completed` is to become.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, not built: the body is read member by member")]
pub(crate) struct CompletedBody {
    completed: Option<bool>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tasknook",
        description = "Personal tasks for users of Better Auth. Every error is a problem document (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        tasks::list::list,
        tasks::create::create,
        tasks::get::get,
        tasks::update::put,
        tasks::update::patch,
        tasks::delete::delete,
        tasks::complete::complete,
        health::live,
        health::ready,
        health::health
    ),
    modifiers(&BearerToken, &WithoutUser)
)]
struct Api;

/// The whole description.
pub(crate) fn document() -> Document {
    Api::openapi()
}

/// Every path needs a bearer token, but for those that say otherwise.
struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A token from Better Auth"))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(scheme));
        document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    }
}

/// The same paths again, where the user is the token's.
struct WithoutUser;

impl Modify for WithoutUser {
    fn modify(&self, document: &mut Document) {
        let mut without = Paths::new();
        for (path, item) in &document.paths.paths {
            let Some(rest) = path.strip_prefix("/api/{user_id}") else { continue };
            let mut item = item.clone();
            let operations =
                [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
                    .into_iter()
                    .flatten();
            for operation in operations {
                if let Some(parameters) = &mut operation.parameters {
                    parameters.retain(|one| !matches!(one, RefOr::T(one) if one.name == "user_id"));
                }
                operation.operation_id = operation.operation_id.take().map(|id| format!("own_{id}"));
            }
            without.paths.insert(format!("/api{rest}"), item);
        }
        document.paths.paths.extend(without.paths);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_path_is_described_with_and_without_the_user() {
        let document = serde_json::to_value(document()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        for rest in ["/tasks", "/tasks/{id}", "/tasks/{id}/complete"] {
            let (with, without) = (format!("/api/{{user_id}}{rest}"), format!("/api{rest}"));
            let (with, without) = (&document["paths"][with], &document["paths"][without]);
            assert!(with.is_object(), "{rest}");
            let methods =
                |item: &serde_json::Value| item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(methods(with), methods(without));
        }
    }
}

//! The description of the API in OpenAPI 3.1, made from the handlers.

use utoipa::openapi::path::Paths;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder, SecurityRequirement,
};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::problem::{Kind, ProblemBody};
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
    components(schemas(ProblemBody)),
    modifiers(&BearerToken, &Problems, &WithoutUser)
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

/// The problems of the task routes, which follow from the path and the method.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut Document) {
        for (path, item) in &mut document.paths.paths {
            if !path.starts_with("/api/") {
                continue;
            }
            let of_one_task = path.contains("{id}");
            let operations = [
                (&mut item.get, false),
                (&mut item.delete, false),
                (&mut item.post, true),
                (&mut item.put, true),
                (&mut item.patch, true),
            ];
            for (operation, has_body) in operations {
                let Some(operation) = operation else { continue };
                for kind in kinds(of_one_task, has_body) {
                    let status = kind.status().as_u16().to_string();
                    operation.responses.responses.insert(status, RefOr::T(problem(kind)));
                }
            }
        }
    }
}

fn kinds(of_one_task: bool, has_body: bool) -> impl Iterator<Item = Kind> {
    let all = [Kind::Malformed, Kind::MissingToken, Kind::OtherUser, Kind::NotAcceptable, Kind::Unavailable];
    let of_one = [Kind::NotFound, Kind::PreconditionFailed];
    let of_body = [Kind::RequestTimeout, Kind::BodyTooLarge, Kind::UnsupportedMediaType, Kind::Validation];
    // The query of a list is input as well.
    let of_list = [Kind::Validation];
    let of_one = of_one.into_iter().filter(move |_| of_one_task);
    let of_body = of_body.into_iter().filter(move |_| has_body);
    let of_list = of_list.into_iter().filter(move |_| !of_one_task);
    all.into_iter().chain(of_one).chain(of_body).chain(of_list)
}

fn problem(kind: Kind) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(kind.title()).content("application/problem+json", content).build()
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
                operation.responses.responses.remove("403");
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
            assert!(with["get"].is_null() || with["get"]["responses"]["403"].is_object());
            assert!(without["get"].is_null() || without["get"]["responses"]["403"].is_null());
            let methods =
                |item: &serde_json::Value| item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(methods(with), methods(without));
        }
    }
}

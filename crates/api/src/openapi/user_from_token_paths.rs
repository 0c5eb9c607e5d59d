use utoipa::Modify;
use utoipa::openapi::path::{Operation, Paths};
use utoipa::openapi::{OpenApi, RefOr};

use super::operations::operations;

/// Adds the task paths without `user_id`, where the user is that of the token.
pub(crate) struct UserFromTokenPaths;

/// The prefix of their operation ids.
const PREFIX: &str = "own_";

impl Modify for UserFromTokenPaths {
    fn modify(&self, document: &mut OpenApi) {
        let mut without = Paths::new();
        for (path, item) in &document.paths.paths {
            let Some(rest) = path.strip_prefix("/api/{user_id}/") else { continue };
            let mut item = item.clone();
            operations(&mut item).for_each(|(_, operation)| take_user_from_token(operation));
            without.paths.insert(format!("/api/{rest}"), item);
        }
        document.paths.paths.extend(without.paths);
    }
}

fn take_user_from_token(operation: &mut Operation) {
    let own = |tag: &String| format!("own {tag}");
    operation.tags = operation.tags.as_ref().map(|tags| tags.iter().map(own).collect());
    // Operation ids must be unique (OpenAPI 3.1 §4.8.10).
    operation.operation_id = operation.operation_id.take().map(|id| format!("{PREFIX}{id}"));
    if let Some(parameters) = &mut operation.parameters {
        parameters.retain(|one| !matches!(one, RefOr::T(one) if one.name == "user_id"));
    }
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        for link in response.links.values_mut() {
            let RefOr::T(link) = link else { continue };
            link.operation_id.insert_str(0, PREFIX);
            link.parameters.remove("user_id");
        }
    }
}

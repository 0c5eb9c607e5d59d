use utoipa::Modify;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr};

use super::headers::header;
use super::operations::each_operation;
use super::parameters;

/// Adds the request id to every operation and response, and the token under `/api`.
pub(crate) struct CommonParts;

impl Modify for CommonParts {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "A token from Better Auth: the response of `/api/auth/token` on the application's address, in a \
                 browser that is signed in. With a shared secret, `tasknook token --user alice` signs one.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);

        let (name, header) = ("X-Request-Id", RefOr::T(header("X-Request-Id")));
        for response in components.responses.values_mut() {
            if let RefOr::T(response) = response {
                response.headers.insert(name.to_owned(), header.clone());
            }
        }
        each_operation(document, |path, _, operation| {
            if !path.starts_with("/api/") {
                operation.security = Some(Vec::new());
            }
            operation.parameters.get_or_insert_default().push(RefOr::T(parameters::request_id()));
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.headers.insert(name.to_owned(), header.clone());
                }
            }
        });
    }
}

use utoipa::Modify;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::{OpenApi, RefOr};

use super::headers::header;
use super::operations::each_operation;
use super::parameters;

/// Adds the key to every POST, and to its successful responses the header of a recorded one.
pub(crate) struct IdempotencyKeys;

const REPLAYED: &str = "Idempotency-Replayed";

impl Modify for IdempotencyKeys {
    fn modify(&self, document: &mut OpenApi) {
        each_operation(document, |_, method, operation| {
            if *method != HttpMethod::Post {
                return;
            }
            operation.parameters.get_or_insert_default().push(RefOr::T(parameters::idempotency_key()));
            for (status, response) in &mut operation.responses.responses {
                if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
                    response.headers.insert(REPLAYED.to_owned(), RefOr::T(header(REPLAYED)));
                }
            }
        });
    }
}

//! What can stand in the path, the query and the headers of a request.

mod list_parameters;

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

pub(crate) use list_parameters::ListParameters;

/// The user in the path.
pub(crate) struct OwnerPath;

/// A task in the path.
pub(crate) struct TaskPath;

/// RFC 9110 §13: what the task must be for the request to be done.
pub(crate) struct Conditions;

/// RFC 7240.
pub(crate) struct Preference;

/// What the route that completes a task can be told in the query.
pub(crate) struct CompletedQuery;

/// A list of entity tags, or `*`: what `conditional` reads.
const ENTITY_TAGS: &str = r#"^(\*|[, \t]*((W/)?"[\t !#-~]*"([, \t]+|$))*)$"#;

impl IntoParams for OwnerPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = text().min_length(Some(1)).max_length(Some(domain::OwnerId::MAX_BYTES));
        vec![path(
            "user_id",
            "The caller's own id, as the token has it, percent-encoded. Any other is 403.",
            schema,
        )]
    }
}

impl IntoParams for TaskPath {
    fn into_params(provider: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let id = path(
            "id",
            "The task's id, a UUID. Whatever else names no task, and is 404.",
            text().min_length(Some(1)),
        );
        let mut parameters = OwnerPath::into_params(provider);
        parameters.push(id);
        parameters
    }
}

impl IntoParams for Conditions {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let tags = |name, description| header(name, description, text().pattern(Some(ENTITY_TAGS)));
        vec![
            tags(
                "If-Match",
                "Only when the task has one of these entity tags, else 412; `*` when it is there at all.",
            ),
            tags(
                "If-None-Match",
                "Only when the task has none of these entity tags: else 304 for a GET, 412 for a write.",
            ),
        ]
    }
}

impl IntoParams for Preference {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description =
            "`return=representation` asks for a body, `return=minimal` for none. Others are ignored.";
        vec![header("Prefer", description, text())]
    }
}

impl IntoParams for CompletedQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description =
            "Sets `completed` to this instead of flipping it; 422 when the body says otherwise.";
        vec![query("completed", description, flag())]
    }
}

/// The header that any request may bring.
pub(super) fn request_id() -> Parameter {
    let description = "Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. \
                       Otherwise the service makes an id.";
    header("X-Request-Id", description, text())
}

pub(crate) fn path(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    parameter(ParameterIn::Path, name, description, schema).required(Required::True).build()
}

fn query(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    parameter(ParameterIn::Query, name, description, schema).build()
}

fn header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    parameter(ParameterIn::Header, name, description, schema).build()
}

fn parameter(place: ParameterIn, name: &str, description: &str, schema: ObjectBuilder) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(Required::False);
    parameter.description(Some(description)).schema(Some(schema))
}

pub(crate) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn flag() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

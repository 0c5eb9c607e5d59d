//! Parameters in the path, the query and the headers.

mod list_parameters;

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

pub(crate) use list_parameters::{ChangesParameters, ListParameters, TrashParameters};

/// The user in the path.
pub(crate) struct OwnerPath;

/// A task in the path.
pub(crate) struct TaskPath;

/// A list in the path.
pub(crate) struct ListPath;

/// The query of the route that deletes a list.
pub(crate) struct TasksOfListQuery;

/// Preconditions (RFC 9110 §13).
pub(crate) struct Conditions;

/// Preconditions of the read of a collection.
pub(crate) struct ListConditions;

/// The same for PUT, where one of them creates a task.
pub(crate) struct ConditionsOfPut;

/// `Prefer` (RFC 7240).
pub(crate) struct Preference;

/// `Prefer` of a list.
pub(crate) struct MaxAge;

/// Where a stream of events begins.
pub(crate) struct EventsParameters;

/// The header that confirms the deletion of everything.
pub(crate) struct Confirmation;

/// The query of the route that completes a task.
pub(crate) struct CompletedQuery;

/// A list of entity tags, or `*`, as `http::conditional` parses them.
const ENTITY_TAGS: &str = r#"^(\*|[, \t]*((W/)?"[\t !#-~]*"([, \t]+|$))*)$"#;

impl IntoParams for OwnerPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = text().min_length(Some(1)).max_length(Some(domain::OwnerId::MAX_BYTES));
        vec![path("user_id", "The user id of the token, percent-encoded; any other is 403.", schema)]
    }
}

impl IntoParams for TaskPath {
    fn into_params(provider: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let id = path("id", "The task's id, a UUID; anything else is 404.", text().min_length(Some(1)));
        let mut parameters = OwnerPath::into_params(provider);
        parameters.push(id);
        parameters
    }
}

impl IntoParams for ListPath {
    fn into_params(provider: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let id = path("id", "The list's id, a UUID; anything else is 404.", text().min_length(Some(1)));
        let mut parameters = OwnerPath::into_params(provider);
        parameters.push(id);
        parameters
    }
}

impl IntoParams for TasksOfListQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description =
            "`keep`, the default: its tasks stay, without a list; `trash`: they are moved to the trash.";
        vec![query("tasks", description, text().enum_values(Some(["keep", "trash"])))]
    }
}

impl IntoParams for Conditions {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        conditions("Requires none of these entity tags, else 304 for a GET and 412 for a write.")
    }
}

impl IntoParams for ListConditions {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let tags = |name, description| header(name, description, text().pattern(Some(ENTITY_TAGS)));
        let if_match = "`*`, or 412: the entity tags of lists are weak, and match nothing here.";
        let if_none_match =
            "304 if one of these entity tags is the current one, and with `*`. Without effect with `search`.";
        vec![tags("If-Match", if_match), tags("If-None-Match", if_none_match)]
    }
}

impl IntoParams for ConditionsOfPut {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        conditions(
            "`*` creates the task, or is 412 if it exists. Other entity tags: requires none of these, else 412.",
        )
    }
}

fn conditions(if_none_match: &str) -> Vec<Parameter> {
    let tags = |name, description| header(name, description, text().pattern(Some(ENTITY_TAGS)));
    let if_match = "Requires one of these entity tags, else 412; `*` requires that the task exists.";
    vec![tags("If-Match", if_match), tags("If-None-Match", if_none_match)]
}

impl IntoParams for Preference {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description =
            "`return=representation` requests a body, `return=minimal` none; others are ignored.";
        vec![header("Prefer", description, text())]
    }
}

impl IntoParams for MaxAge {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description =
            "`max-age=5` allows a list that is up to 5 seconds old, from a replica, if the service has one.";
        vec![header("Prefer", description, text())]
    }
}

impl IntoParams for EventsParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let since = "The position, `next` of a response of `…/tasks/changes` or the `id` of an event; without it, or empty, the \
                     stream begins now. Any other text gives the event `resync`.";
        let last = "The same, as a client sends it when it connects again; it overrides `since`.";
        // Of bytes that a header can have.
        let id = text().pattern(Some("^[A-Za-z0-9_-]*$")).max_length(Some(128));
        vec![query("since", since, text()), header("Last-Event-ID", last, id)]
    }
}

impl IntoParams for Confirmation {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description =
            "Required: the user id again, percent-encoded; without it, or with another id, 428.";
        vec![header("X-Confirm-Delete", description, text())]
    }
}

impl IntoParams for CompletedQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "Sets `completed` instead of toggling it; 422 if the body contradicts.";
        vec![query("completed", description, flag())]
    }
}

/// The key of a POST, as `http::idempotency` reads it: with or without a pair of quotes.
const IDEMPOTENCY_KEY: &str = r#"^([!#-~][!-~]{0,254}|"([!-~]{0,253}[!#-~])?|"[!-~]{1,255}")$"#;

/// A header of every POST.
pub(super) fn idempotency_key() -> Parameter {
    let description = "Executes the request at most once: the same request with the same key has the same response again, \
                       for 24 hours by default. 1 to 255 visible ASCII characters, such as a UUID.";
    header("Idempotency-Key", description, text().pattern(Some(IDEMPOTENCY_KEY)))
}

/// A header of every request.
pub(super) fn request_id() -> Parameter {
    let description = "Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. \
                       Otherwise the service generates an id.";
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

//! What a caller may send. Not types of this program: bodies are read member by member (`json`), so that what is wrong
//! is said of each.

use domain::{Nulls, TextLimits};
use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::texts;

/// What POST takes.
pub(crate) struct NewTask;

/// What PUT takes.
pub(crate) struct TaskUpdate;

/// What PATCH takes.
pub(crate) struct TaskPatch;

/// What the route that completes a task takes.
pub(crate) struct Completion;

impl ToSchema for NewTask {}
impl ToSchema for TaskUpdate {}
impl ToSchema for TaskPatch {}
impl ToSchema for Completion {}

impl PartialSchema for NewTask {
    fn schema() -> RefOr<Schema> {
        task(Nulls::Refused).required("title").description(Some("A task to create.")).into()
    }
}

impl PartialSchema for TaskUpdate {
    fn schema() -> RefOr<Schema> {
        let description = "A change of a task. A null `title` or `completed` is as if it were not there.";
        task(Nulls::Ignored).description(Some(description)).into()
    }
}

impl PartialSchema for TaskPatch {
    fn schema() -> RefOr<Schema> {
        let description = "A change of a task, as a JSON Merge Patch (RFC 7396).";
        task(Nulls::Refused).description(Some(description)).into()
    }
}

impl PartialSchema for Completion {
    fn schema() -> RefOr<Schema> {
        completed(Nulls::Refused)
            .description(Some("What `completed` becomes; flipped when neither stands."))
            .into()
    }
}

/// The members of a task that can be written; others are ignored.
fn task(nulls: Nulls) -> ObjectBuilder {
    let limits = TextLimits::default();
    let title = format!(
        "What is to be done. Trimmed of white space at both ends, then 1 to {} Unicode scalar values, unless the service \
         is configured for more.",
        limits.title_max
    );
    let description = format!(
        "More about it; null or empty when there is nothing. At most {} Unicode scalar values, unless the service is \
         configured for more.",
        limits.description_max
    );
    let title = member(Type::String, nulls).description(Some(title)).pattern(Some(texts::TITLE.as_str()));
    let description = member(Type::String, Nulls::Ignored)
        .description(Some(description))
        .max_length(Some(limits.description_max))
        .pattern(Some(texts::DESCRIPTION.as_str()));
    let members = ObjectBuilder::new().property("title", title).property("description", description);
    with_completed(members, nulls)
}

fn completed(nulls: Nulls) -> ObjectBuilder {
    with_completed(ObjectBuilder::new(), nulls)
}

fn with_completed(members: ObjectBuilder, nulls: Nulls) -> ObjectBuilder {
    let flag = |description| member(Type::Boolean, nulls).description(Some(description));
    let says = |one: bool| {
        json!({
            "required": ["completed", "is_completed"],
            "properties": {"completed": {"const": one}, "is_completed": {"const": !one}}
        })
    };
    members
        .schema_type(Type::Object)
        .property("completed", flag("Whether it is done."))
        .property("is_completed", flag("Another spelling of `completed`; when both stand, they must agree."))
        .extensions(Some(Extensions::from_iter([("not", json!({"anyOf": [says(true), says(false)]}))])))
}

fn member(kind: Type, nulls: Nulls) -> ObjectBuilder {
    let kind = match nulls {
        Nulls::Ignored => SchemaType::from_iter([kind, Type::Null]),
        Nulls::Refused => SchemaType::new(kind),
    };
    Object::builder().schema_type(kind)
}

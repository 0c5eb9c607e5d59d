//! What changed since a position.

use domain::CHANGES_MAX;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Ref, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::http::members::MEMBERS;
use crate::http::representation::changes::{DELETED, LIST, PUT, TASK};

/// A page of changes.
pub(crate) struct Changes;

/// A change.
pub(crate) struct Change;

/// A stream of changes.
pub(crate) struct Events;

impl ToSchema for Events {}
impl ToSchema for Changes {}
impl ToSchema for Change {}

impl PartialSchema for Changes {
    fn schema() -> RefOr<Schema> {
        let changes = ArrayBuilder::new()
            .items(Ref::from_schema_name("Change"))
            .max_items(Some(CHANGES_MAX as usize))
            .description(Some(
                "In the order of their revisions; those of a snapshot in no particular order.",
            ));
        let next = Object::builder()
            .schema_type(Type::String)
            .pattern(Some("^[A-Za-z0-9_-]{1,128}$"))
            .description(Some("The position after them: `since` of the next request."));
        let more = Object::builder()
            .schema_type(Type::Boolean)
            .description(Some("Whether more changes follow already."));
        let page = Object::builder().description(Some("What changed since a position."));
        let page = page.property("changes", changes).property("next", next).property("more", more);
        page.required("changes").required("next").required("more").into()
    }
}

impl PartialSchema for Events {
    fn schema() -> RefOr<Schema> {
        let text = "Events, each of the lines `id`, `event` and `data`, and comments. `change`: the data is a `Change`. `ready`, \
                    with `{}`: everything until the begin of the stream was sent. `resync` and `expired`, with `{}` and without an \
                    `id`, are the last event. The `id` is the position after an event.";
        Object::builder().schema_type(Type::String).description(Some(text)).into()
    }
}

impl PartialSchema for Change {
    fn schema() -> RefOr<Schema> {
        let put = |name: &'static str, schema: &str, text: &str| {
            change(&[name], PUT, text).property(name, Ref::from_schema_name(schema)).required(name)
        };
        OneOfBuilder::new()
            .item(put(TASK, "Task", "A task outside the trash, as it is at present."))
            .item(put(LIST, "List", "A list, as it is at present."))
            .item(change(&[TASK, LIST], DELETED, "A task or a list that is deleted, or a task in the trash."))
            .description(Some("The last change of a task or of a list."))
            .into()
    }
}

/// The members that every change has.
fn change(types: &[&str], kind: &str, text: &str) -> ObjectBuilder {
    let one_of = |values: &[&str]| {
        Object::builder()
            .schema_type(Type::String)
            .enum_values(Some(values.iter().copied().map(str::to_owned)))
    };
    let revision = Object::builder().schema_type(Type::Integer).minimum(Some(1));
    let id = (MEMBERS.id.limits)(Object::builder().schema_type(Type::String));
    Object::builder()
        .description(Some(text))
        .property("revision", revision.description(Some("The number of the change.")))
        .required("revision")
        .property("type", one_of(types))
        .required("type")
        .property("kind", one_of(&[kind]))
        .required("kind")
        .property("id", id.description(Some("The id of the task or of the list.")))
        .required("id")
}

//! The schemas of tasks in responses and requests, from the table of members. No Rust types correspond to them: bodies are
//! read member by member, so that each error names its member.

mod bulk;
mod changes;
pub(crate) mod lists;

use std::iter;

use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::http::members::{Alias, Input, MEMBERS, Member, text_patterns};

pub(crate) use bulk::{BulkRequest, BulkResults, Operation, OperationResult};
pub(crate) use changes::{Change, Changes, Events};

/// A task in responses.
pub(crate) struct Task;

/// A task of the trash in responses.
pub(crate) struct TrashedTask;

impl TrashedTask {
    /// The member that only these tasks have.
    pub(crate) const DELETED_AT: &str = "deleted_at";
}

/// The body of POST.
pub(crate) struct NewTask;

/// The body of PUT.
pub(crate) struct TaskUpdate;

/// The body of PATCH.
pub(crate) struct TaskPatch;

/// The body of the route that completes a task.
pub(crate) struct Completion;

/// The body of the route that moves all tasks of another user.
pub(crate) struct Transfer;

impl Transfer {
    /// The member with the token of the other user.
    pub(crate) const TOKEN: &str = "from_token";
}

/// The body of the route that moves a task.
pub(crate) struct Move;

impl ToSchema for Move {}
impl ToSchema for Task {}
impl ToSchema for TrashedTask {}
impl ToSchema for NewTask {}
impl ToSchema for TaskUpdate {}
impl ToSchema for TaskPatch {}
impl ToSchema for Completion {}
impl ToSchema for Transfer {}

impl PartialSchema for Task {
    fn schema() -> RefOr<Schema> {
        response(MEMBERS.all(), "A task as JSON.").into()
    }
}

impl PartialSchema for TrashedTask {
    fn schema() -> RefOr<Schema> {
        let time = response(iter::once(&MEMBERS.updated_at), "").build();
        let mut deleted_at = time.properties.into_values().next();
        if let Some(RefOr::T(Schema::Object(schema))) = &mut deleted_at {
            schema.description = Some("When it was deleted.".to_owned());
        }
        let task = response(MEMBERS.all(), "A task in the trash as JSON.");
        let task = deleted_at.into_iter().fold(task, |task, schema| task.property(Self::DELETED_AT, schema));
        task.required(Self::DELETED_AT).into()
    }
}

impl PartialSchema for NewTask {
    fn schema() -> RefOr<Schema> {
        let required =
            MEMBERS.all().filter(|member| member.input.as_ref().is_some_and(|input| input.required));
        let task =
            request(MEMBERS.all(), |input| input.null_is_default).description(Some("A task to create."));
        required.fold(task, |task, member| task.required(member.name)).into()
    }
}

impl PartialSchema for TaskUpdate {
    fn schema() -> RefOr<Schema> {
        let is_ignored = |input: &Input| !input.nullable && !input.null_is_default;
        let ignored =
            MEMBERS.all().filter(|member| !member.nullable && member.input.as_ref().is_some_and(is_ignored));
        let names: Vec<_> = ignored.map(|member| format!("`{}`", member.name)).collect();
        let names = match names.as_slice() {
            [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            names => names.concat(),
        };
        let description = format!("A change of a task. A null {names} is ignored.");
        request(MEMBERS.all(), |_| true).description(Some(description)).into()
    }
}

impl PartialSchema for TaskPatch {
    fn schema() -> RefOr<Schema> {
        let description = "A change of a task, as a JSON Merge Patch (RFC 7396).";
        request(MEMBERS.all(), |_| false).description(Some(description)).into()
    }
}

impl PartialSchema for Completion {
    fn schema() -> RefOr<Schema> {
        request(iter::once(&MEMBERS.completed), |_| false)
            .description(Some("The value of `completed`; toggled if absent."))
            .into()
    }
}

impl PartialSchema for Transfer {
    fn schema() -> RefOr<Schema> {
        let token = Object::builder().schema_type(Type::String);
        let token = token.description(Some("A token of the user whose tasks are moved, without `Bearer`."));
        let transfer = Object::builder().description(Some("Whose tasks are moved."));
        transfer.property(Self::TOKEN, token).required(Self::TOKEN).into()
    }
}

impl PartialSchema for Move {
    fn schema() -> RefOr<Schema> {
        let id = || (MEMBERS.id.limits)(value(&MEMBERS.id, false));
        let end = Object::builder().schema_type(Type::String).enum_values(Some(["first", "last"]));
        let places = [
            ("before", id().description(Some("The task that comes next."))),
            ("after", id().description(Some("The task that comes before."))),
            ("to", end.description(Some("One end of the order."))),
        ];
        let names = places.each_ref().map(|(name, _)| *name);
        let places = places.into_iter().fold(OneOfBuilder::new(), |all, (name, schema)| {
            let absent = || Object::builder().schema_type(Type::Null);
            let place = Object::builder().property(name, schema).required(name);
            let others = names.into_iter().filter(|other| *other != name);
            all.item(others.fold(place, |place, other| place.property(other, absent())))
        });
        places.description(Some("The new place of a task: exactly one of three members.")).into()
    }
}

/// An object with these members, which are always present.
fn response(members: impl Iterator<Item = &'static Member>, text: &str) -> ObjectBuilder {
    members.fold(Object::builder().description(Some(text)), |task, member| {
        let [example, _] = (member.examples)();
        let schema = (member.limits)(value(member, member.nullable).description(Some(member.text)));
        let mut schema = schema.build();
        // The other types need no example.
        schema.example = example.is_string().then_some(example);
        task.property(member.name, schema).required(member.name)
    })
}

/// An object with the writable members; in addition to those that null clears, null is accepted for these.
fn request(
    members: impl Iterator<Item = &'static Member>,
    accepts_null: fn(&Input) -> bool,
) -> ObjectBuilder {
    let mut object = Object::builder();
    for (member, input) in members.filter_map(|member| Some((member, member.input.as_ref()?))) {
        let null = member.nullable || input.nullable || accepts_null(input);
        let schema = (input.limits)(value(member, null).description(Some(member.text)));
        object = object.property(member.name, schema);
        for alias in input.aliases {
            object = object.property(alias.name, spelled(member, alias, null));
        }
    }
    object.schema_type(Type::Object)
}

fn spelled(member: &Member, alias: &Alias, null: bool) -> ObjectBuilder {
    if alias.names.is_empty() {
        return value(member, null).description(Some(alias.text));
    }
    let kind =
        if null { SchemaType::from_iter([Type::String, Type::Null]) } else { SchemaType::new(Type::String) };
    let names: Vec<&str> = alias.names.iter().map(|(name, _)| *name).collect();
    let text = format!("{} Values: {}.", alias.text, names.join(", "));
    let pattern = text_patterns::in_any_case(&names);
    Object::builder().schema_type(kind).description(Some(text)).pattern(Some(pattern))
}

/// The schema of a member's kind.
fn value(member: &Member, null: bool) -> ObjectBuilder {
    let kind = member.schema_type.clone();
    let kind = if null { SchemaType::from_iter([kind, Type::Null]) } else { SchemaType::new(kind) };
    (member.kind_limits)(Object::builder().schema_type(kind))
}

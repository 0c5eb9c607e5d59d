//! A list of operations and its results.

use utoipa::openapi::schema::{
    AllOfBuilder, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Ref, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::http::bulk::{ATOMIC, OPERATIONS, OPERATIONS_MAX, Verb};
use crate::http::members::{MEMBERS, REVISION_MAX};

/// The body of the route that executes several operations.
pub(crate) struct BulkRequest;

/// One of the operations.
pub(crate) struct Operation;

/// The response of the same route.
pub(crate) struct BulkResults;

/// The result of one operation.
pub(crate) struct OperationResult;

impl ToSchema for BulkRequest {}
impl ToSchema for Operation {}
impl ToSchema for BulkResults {}
impl ToSchema for OperationResult {}

impl PartialSchema for BulkRequest {
    fn schema() -> RefOr<Schema> {
        let text = "Whether all operations are executed or, if one fails, none. Otherwise each succeeds or fails on its own.";
        let atomic = typed([Type::Boolean, Type::Null]).description(Some(text));
        let operations = ArrayBuilder::new()
            .items(Ref::from_schema_name("Operation"))
            .max_items(Some(OPERATIONS_MAX))
            .description(Some("They are executed in this order, each on the result of those before it."));
        let request = Object::builder().description(Some("Operations to execute."));
        request.property(ATOMIC, atomic).property(OPERATIONS, operations).required(OPERATIONS).into()
    }
}

impl PartialSchema for Operation {
    fn schema() -> RefOr<Schema> {
        let operations =
            Verb::ALL.into_iter().fold(OneOfBuilder::new(), |all, verb| all.item(operation(verb)));
        operations.description(Some("One operation. A null member counts as absent.")).into()
    }
}

impl PartialSchema for BulkResults {
    fn schema() -> RefOr<Schema> {
        let results = ArrayBuilder::new()
            .items(Ref::from_schema_name("OperationResult"))
            .description(Some("One for each operation, in their order."));
        let body = Object::builder().description(Some("The results of the operations."));
        body.property("results", results).required("results").into()
    }
}

impl PartialSchema for OperationResult {
    fn schema() -> RefOr<Schema> {
        let status = Object::builder().schema_type(Type::Integer).minimum(Some(200)).maximum(Some(599));
        let status = status.description(Some("The status that the route of the operation would have."));
        let result = Object::builder().description(Some(
            "The task after the operation, except after a deletion, or the problem of one that failed.",
        ));
        result
            .property("status", status)
            .property("task", Ref::from_schema_name("Task"))
            .property("problem", Ref::from_schema_name("Problem"))
            .required("status")
            .into()
    }
}

fn operation(verb: Verb) -> Schema {
    let op = Object::builder().schema_type(Type::String).enum_values(Some([verb.name()]));
    let object = Object::builder().property("op", op).required("op");
    if verb == Verb::Create {
        let id = typed([Type::String, Type::Null])
            .pattern(Some(
                "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[47][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
            ))
            .description(Some(
                "The id of the new task, a UUID of version 4 or 7; by default the service chooses one.",
            ));
        let object = object.property("id", id).property("task", Ref::from_schema_name("NewTask"));
        return object.required("task").description(Some("Creates a task.")).into();
    }
    let id = Object::builder().schema_type(Type::String);
    let id = id.format(Some(SchemaFormat::Custom("uuid".to_owned()))).description(Some("The task."));
    let object = object.property("id", id).required("id").property("if_match", condition());
    let object = match verb {
        Verb::Move => {
            let object = object.description(Some("Moves a task in the manual order."));
            return AllOfBuilder::new().item(object).item(Ref::from_schema_name("Move")).into();
        }
        Verb::Create => object,
        Verb::Update => {
            let object = object.property("task", Ref::from_schema_name("TaskPatch")).required("task");
            object.description(Some("Changes a task, as PATCH does."))
        }
        Verb::Complete => {
            let completed = typed([Type::Boolean, Type::Null]);
            let object =
                object.property(MEMBERS.completed.name, completed.description(Some("The new value.")));
            object.description(Some("Completes or reopens a task."))
        }
        Verb::Delete => {
            object.description(Some("Moves a task to the trash; without a trash, deletes it for good."))
        }
        Verb::Restore => object.description(Some("Restores a task from the trash.")),
    };
    object.into()
}

fn condition() -> OneOfBuilder {
    let revision = typed([Type::Integer, Type::Null]).minimum(Some(1)).maximum(Some(REVISION_MAX));
    let index =
        Object::builder().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(OPERATIONS_MAX - 1));
    let earlier = Object::builder()
        .property("operation", index.description(Some("Its index.")))
        .required("operation")
        .description(Some("An earlier operation on the same task."));
    OneOfBuilder::new().item(revision.description(Some("A revision."))).item(earlier).description(Some(
        "The revision at which the task must be, else 412; or an operation of this request: the task must be at the revision \
         at which that one left it. If it failed, 424.",
    ))
}

fn typed(types: [Type; 2]) -> ObjectBuilder {
    Object::builder().schema_type(SchemaType::from_iter(types))
}

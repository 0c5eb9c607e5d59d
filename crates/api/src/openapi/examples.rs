//! One or more values of each schema, made by what makes them for callers. They are added wherever a schema is sent or
//! answered.

use domain::{Description, OwnerId, Revision, Task, TaskId, Timestamp, Title};
use serde_json::{Value, json};
use utoipa::Modify;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};
use uuid::Uuid;

use super::operations::each_operation;
use crate::representation::TaskJson;
use crate::routes::{health, root, tasks};

/// Adds the examples.
pub(super) struct Examples;

impl Modify for Examples {
    fn modify(&self, document: &mut OpenApi) {
        each_operation(document, |_, _, operation| {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                body.content.values_mut().for_each(illustrate);
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.content.values_mut().for_each(illustrate);
                }
            }
        });
    }
}

fn illustrate(content: &mut RefOr<Content>) {
    let RefOr::T(content) = content else { return };
    let examples = match &content.schema {
        Some(RefOr::Ref(schema)) => of(schema_name(&schema.ref_location)),
        Some(RefOr::T(Schema::Array(array))) => match &array.items {
            ArrayItems::RefOrSchema(items) => match &**items {
                RefOr::Ref(schema) => list(of(schema_name(&schema.ref_location))),
                RefOr::T(_) => vec![],
            },
            ArrayItems::False => vec![],
        },
        _ => vec![],
    };
    for (name, value) in examples {
        content.examples.insert(name.to_owned(), ExampleBuilder::new().value(Some(value)).into());
    }
}

fn schema_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

fn list(one: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let values: Value = one.into_iter().map(|(_, value)| value).collect();
    vec![("some", values), ("none", json!([]))]
}

/// The examples of the schema of this name, each under a name of its own.
pub(super) fn of(schema: &str) -> Vec<(&'static str, Value)> {
    match schema {
        "Task" => [("open", task(false)), ("done", task(true))].into_iter().filter_map(present).collect(),
        "NewTask" => vec![
            ("title_alone", json!({"title": "Buy milk"})),
            ("everything", json!({"title": "Call Zoë", "description": "About Saturday", "completed": true})),
        ],
        "TaskUpdate" => vec![
            ("done", json!({"completed": true})),
            ("everything", json!({"title": "Buy oat milk", "description": "Two litres", "completed": false})),
            ("nulls", json!({"title": null, "description": null, "completed": null})),
        ],
        "TaskPatch" => vec![
            ("title", json!({"title": "Buy oat milk"})),
            ("clear_description", json!({"description": null})),
            ("other_spelling", json!({"is_completed": true})),
        ],
        "Completion" => vec![("flip", json!({})), ("set", json!({"completed": true}))],
        "Deleted" => vec![("deleted", json!(tasks::delete::deleted(task_id())))],
        "Health" => vec![
            ("ok", json!(health::Health::of(true, false))),
            ("away", json!(health::Health::of(false, false))),
            ("ending", json!(health::Health::of(true, true))),
        ],
        "Alive" => vec![("ok", json!(health::Alive::HERE))],
        "About" => vec![("here", json!(root::About::HERE))],
        _ => vec![],
    }
}

fn present((name, value): (&'static str, Option<Value>)) -> Option<(&'static str, Value)> {
    Some((name, value?))
}

/// 019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11
fn task_id() -> TaskId {
    TaskId::new(Uuid::from_u128(0x019a_a4c0_6d1e_7c33_9d0a_3a6a_5f3f_7b11))
}

fn task(completed: bool) -> Option<Value> {
    let created_at = Timestamp::from_unix_millis(1_795_252_517_465)?;
    let task = Task {
        id: task_id(),
        owner_id: OwnerId::parse("Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF").ok()?,
        title: Title::from_stored("Buy milk".to_owned()),
        description: completed.then(|| Description::from_stored("Two litres".to_owned())),
        completed,
        created_at,
        updated_at: if completed { Timestamp::from_unix_millis(1_795_256_117_465)? } else { created_at },
        revision: Revision::new(1),
    };
    serde_json::to_value(TaskJson::from(&task)).ok()
}

//! Examples of each schema, added to every request and response that uses it.

mod lists;

use domain::TaskId;
use serde_json::{Map, Value, json};
use utoipa::Modify;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};

use super::operations::each_operation;
use super::problems;
use super::schemas::{Transfer, TrashedTask};
use crate::http::members::MEMBERS;
use crate::http::problem::ProblemKind;

/// Adds examples: those of tasks, and for other schemas those of the function.
pub(crate) struct Examples(pub(crate) fn(&str) -> Named);

/// Values, each under the name of the example.
type Named = Vec<(&'static str, Value)>;

impl Modify for Examples {
    fn modify(&self, document: &mut OpenApi) {
        each_operation(document, |_, _, operation| {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                body.content.values_mut().for_each(|content| self.add_examples(content));
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.content.values_mut().for_each(|content| self.add_examples(content));
                }
            }
        });
    }
}

impl Examples {
    fn add_examples(&self, content: &mut RefOr<Content>) {
        let RefOr::T(content) = content else { return };
        let examples = match &content.schema {
            Some(RefOr::Ref(schema)) => self.of(schema_name(&schema.ref_location)),
            Some(RefOr::T(Schema::Array(array))) => match &array.items {
                ArrayItems::RefOrSchema(items) => match &**items {
                    RefOr::Ref(schema) => list(self.of(schema_name(&schema.ref_location))),
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

    /// The examples of the schema of this name, each under a name of its own.
    pub(crate) fn of(&self, schema: &str) -> Named {
        match schema {
            "Task" => {
                let [open, done] = objects(MEMBERS.all().map(|member| (member.name, (member.examples)())));
                vec![("open", open), ("done", done)]
            }
            "TrashedTask" => {
                let [_, at] = (MEMBERS.updated_at.examples)();
                let deleted_at = (TrashedTask::DELETED_AT, [at.clone(), at]);
                let members = MEMBERS.all().map(|member| (member.name, (member.examples)()));
                let [_, deleted] = objects(members.chain([deleted_at]));
                vec![("deleted", deleted)]
            }
            "NewTask" => {
                let required =
                    MEMBERS.all().filter(|one| one.input.as_ref().is_some_and(|input| input.required));
                let [least, _] = objects(required.map(|member| (member.name, (member.examples)())));
                let [everything, _] = objects(inputs());
                vec![("title_alone", least), ("everything", everything)]
            }
            "TaskUpdate" => {
                let [_, everything] = objects(inputs());
                let [nulls, _] = objects(inputs().map(|(name, _)| (name, [Value::Null, Value::Null])));
                vec![("done", json!({"completed": true})), ("everything", everything), ("nulls", nulls)]
            }
            "TaskPatch" => {
                let [_, title] = objects(inputs().filter(|(name, _)| *name == "title"));
                vec![
                    ("title", title),
                    ("clear_description", json!({"description": null})),
                    ("other_spelling", json!({"is_completed": true})),
                ]
            }
            "Completion" => vec![("flip", json!({})), ("set", json!({"completed": true}))],
            "Move" => {
                let [id, _] = (MEMBERS.id.examples)();
                vec![("first", json!({"to": "first"})), ("beside", json!({"after": id}))]
            }
            "Transfer" => {
                vec![("anonymous_user", json!({(Transfer::TOKEN): "eyJhbGciOiJFZERTQSJ9.e30.c2ln"}))]
            }
            "BulkRequest" => vec![("list", bulk_request()), ("nothing", json!({"operations": []}))],
            "BulkResults" => self.bulk_results(),
            "Changes" => self.changes(),
            "Events" => self.events(),
            schema => lists::of(schema).unwrap_or_else(|| (self.0)(schema)),
        }
    }

    fn changes(&self) -> Named {
        let ([(_, task), ..], [(_, list), ..]) = (&*self.of("Task"), &*self.of("List")) else {
            return vec![];
        };
        let change = |kind: &str, object: &Value| json!({"revision": object["revision"], "type": kind, "kind": "put", "id": object["id"], (kind): object});
        let deleted = json!({"revision": 9, "type": "task", "kind": "deleted", "id": task["id"]});
        let page = |changes: &[Value], more| json!({"changes": changes, "next": POSITION, "more": more});
        let snapshot = [change("list", list), change("task", task)];
        vec![
            ("snapshot", page(&snapshot, true)),
            ("deleted", page(&[deleted], false)),
            ("nothing", page(&[], false)),
        ]
    }

    fn events(&self) -> Named {
        let [(_, task), ..] = &*self.of("Task") else { return vec![] };
        let change = json!({"revision": task["revision"], "type": "task", "kind": "put", "id": task["id"], "task": task});
        let change = format!("id: {POSITION}\nevent: change\ndata: {change}\n\n");
        let ready = format!("id: {POSITION}\nevent: ready\ndata: {{}}\n\n");
        vec![
            ("from_now_on", format!("{ready}{change}:\n\n").into()),
            ("resumed", format!("{change}{ready}").into()),
            ("unusable_position", "event: resync\ndata: {}\n\n".into()),
            ("expired_token", "event: expired\ndata: {}\n\n".into()),
        ]
    }

    fn bulk_results(&self) -> Named {
        let [(_, open), ..] = &*self.of("Task") else { return vec![] };
        let problem = problems::example(ProblemKind::NotFound);
        let results =
            json!([{"status": 201, "task": open}, {"status": 204}, {"status": 404, "problem": problem}]);
        vec![("list", json!({"results": results})), ("nothing", json!({"results": []}))]
    }
}

/// A position in the examples.
const POSITION: &str = "ATmdVqByLXUKSh9sAtl741EAAAAAAAABnA";

/// Operations that depend on each other.
fn bulk_request() -> Value {
    let id = task_id().map(|id| id.to_string());
    let task = json!({"title": "Call Zoë"});
    json!({
        "atomic": false,
        "operations": [
            {"op": "create", "id": id, "task": task},
            {"op": "update", "id": id, "task": {"priority": "high"}, "if_match": {"operation": 0}},
            {"op": "complete", "id": id},
            {"op": "delete", "id": id, "if_match": 3},
            {"op": "restore", "id": id},
            {"op": "move", "id": id, "to": "last"}
        ]
    })
}

fn schema_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

fn list(one: Named) -> Named {
    let values: Value = one.into_iter().map(|(_, value)| value).collect();
    vec![("some", values), ("none", json!([]))]
}

/// The writable members, each with its values in a new task and in a change.
fn inputs() -> impl Iterator<Item = (&'static str, [Value; 2])> {
    MEMBERS.all().filter_map(|member| Some((member.name, (member.input.as_ref()?.examples)())))
}

/// Two objects with these members.
fn objects(members: impl Iterator<Item = (&'static str, [Value; 2])>) -> [Value; 2] {
    let (one, other): (Map<_, _>, Map<_, _>) =
        members.map(|(name, [one, other])| ((name.to_owned(), one), (name.to_owned(), other))).unzip();
    [one.into(), other.into()]
}

/// The id of the tasks in the examples.
pub(crate) fn task_id() -> Option<TaskId> {
    let [id, _] = (MEMBERS.id.examples)();
    TaskId::parse(id.as_str()?)
}

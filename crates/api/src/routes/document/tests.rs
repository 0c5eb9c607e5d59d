use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::OpenApi;

use crate::http::json::JsonObject;
use crate::http::list_request::ChangesRequest;
use crate::http::problem::ProblemKind;
use crate::routes::{Endpoint, api_and_metrics};
use domain::{CHANGES_MAX, NullPolicy, PAGE_MAX, TextLimits};

fn document() -> Value {
    serde_json::to_value(super::Api::openapi()).unwrap()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Every operation with its name.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    members(&document["paths"])
        .flat_map(|(path, item)| members(item).map(move |(method, one)| (format!("{method} {path}"), one)))
        .collect()
}

/// Every object in the document, from the outside in.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            found.push(value);
            members.values().for_each(|value| objects(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| objects(value, found)),
        _ => {}
    }
}

#[test]
fn openapi_matches_the_route_table() {
    let document = document();
    let described: BTreeSet<String> = operations(&document).into_iter().map(|(name, _)| name).collect();
    let named = |endpoint: &Endpoint| -> Vec<String> {
        endpoint.methods().map(|method| format!("{} {}", method.to_lowercase(), endpoint.path())).collect()
    };
    let registered: BTreeSet<String> = api_and_metrics().iter().flat_map(named).collect();
    assert_eq!(described, registered);
}

#[test]
fn operations_have_texts_and_unique_ids() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        for member in ["summary", "description", "operationId"] {
            assert!(
                operation[member].as_str().is_some_and(|text| !text.is_empty()),
                "{name} has no {member}"
            );
        }
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{id} is not unique");
        let own = name.contains(" /api/tasks") || name.contains(" /api/lists");
        let open = !name.contains(" /api/");
        assert_eq!(id.starts_with("own_"), own, "{name}");
        assert_eq!(operation["security"] == Value::Array(vec![]), open, "{name}");
        assert!(!own || !operation.to_string().contains("{user_id}"), "{name}");
    }
}

#[test]
fn responses_have_descriptions_and_request_ids() {
    let document = document();
    let shared = members(&document["components"]["responses"]).map(|(name, one)| (name.clone(), one));
    let own = operations(&document).into_iter().flat_map(|(name, operation)| {
        members(&operation["responses"]).map(move |(status, one)| (format!("{name} {status}"), one))
    });
    for (name, response) in shared.chain(own) {
        if response["$ref"].is_string() {
            continue;
        }
        assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        assert!(response["headers"]["X-Request-Id"].is_object(), "{name}");
        for (header, described) in members(&response["headers"]) {
            assert!(
                described["required"].is_null() && described["description"].is_string(),
                "{name} {header}"
            );
        }
    }
}

#[test]
fn problems_have_examples_under_their_status() {
    let document = document();
    let mut described = BTreeSet::new();
    let mut all = Vec::new();
    objects(&document, &mut all);
    for body in all.iter().filter(|one| one["type"].as_str().is_some_and(|uri| uri.contains("/problems/"))) {
        described.insert((body["status"].as_u64().unwrap(), body["code"].as_str().unwrap()));
    }
    let there_are: BTreeSet<_> =
        ProblemKind::ALL.iter().map(|kind| (u64::from(kind.status().as_u16()), kind.code())).collect();
    assert_eq!(described, there_are);
    for (name, response) in members(&document["components"]["responses"]) {
        let examples = members(&response["content"]["application/problem+json"]["examples"]);
        for (code, example) in examples {
            let body = &example["value"];
            assert_eq!(body["code"], *code, "{name}");
            assert_eq!(body.get("errors").is_some(), body["code"] == "validation", "{name} {code}");
        }
    }
}

#[test]
fn operations_list_their_problems() {
    let document = document();
    for (name, operation) in operations(&document) {
        let has = |status: &str| operation["responses"][status].is_object();
        let (of_api, of_one) = (name.contains(" /api/"), name.contains("{id}"));
        let has_body = operation["requestBody"].is_object() || name.starts_with("post ");
        assert!(has("405") && has("500") && has("503"), "{name}");
        assert_eq!((has("400"), has("401")), (of_api, of_api), "{name}");
        let is_probe = ["/livez", "/readyz", "/health", "/metrics"].iter().any(|path| name.ends_with(path));
        assert_eq!(has("429"), !is_probe, "{name}");
        assert_eq!(has("403"), name.contains("{user_id}"), "{name}");
        let is_collection = ["/tasks", "/trash", "/tags", "/lists"].iter().any(|path| name.ends_with(path));
        let is_read = is_collection && name.starts_with("get ");
        assert_eq!(has("412"), of_one || is_read || name.ends_with("/bulk"), "{name}");
        assert_eq!(has("304"), name.starts_with("get ") && (of_one || is_read), "{name}");
        assert_eq!(has("410"), name.ends_with("/changes"), "{name}");
        assert_eq!(has("424"), name.ends_with("/bulk"), "{name}");
        assert_eq!(has("428"), name == "delete /api/{user_id}", "{name}");
        assert_eq!((has("408"), has("413"), has("415")), (has_body, has_body, has_body), "{name}");
    }
}

#[test]
fn references_resolve() {
    let document = document();
    let mut all = Vec::new();
    objects(&document, &mut all);
    let references: BTreeSet<&str> = all.iter().filter_map(|one| one["$ref"].as_str()).collect();
    assert!(references.len() > 10);
    for reference in references {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference}");
    }
    for link in all.iter().filter_map(|one| one["links"].as_object()).flat_map(|links| links.values()) {
        let operation = &link["operationId"];
        assert!(
            all.iter().any(|one| one["operationId"] == *operation && one["responses"].is_object()),
            "{link}"
        );
    }
}

#[test]
fn schemas_have_examples() {
    for schema in [
        "Task",
        "TrashedTask",
        "NewTask",
        "TaskUpdate",
        "TaskPatch",
        "Completion",
        "Transfer",
        "Changes",
        "Events",
        "Deleted",
        "Health",
        "Liveness",
        "ServiceInfo",
    ] {
        assert!(!super::EXAMPLES.of(schema).is_empty(), "{schema}");
        assert!(document()["components"]["schemas"][schema].is_object(), "{schema}");
    }
}

#[test]
fn request_examples_are_valid() {
    for (schema, nulls) in [
        ("NewTask", NullPolicy::Reject),
        ("TaskUpdate", NullPolicy::Ignore),
        ("TaskPatch", NullPolicy::Reject),
    ] {
        for (name, value) in super::EXAMPLES.of(schema) {
            let read =
                JsonObject::parse(value.to_string().as_bytes()).and_then(|object| object.into_input(nulls));
            assert!(read.is_ok(), "{schema} {name}");
        }
    }
}

#[test]
fn limits_are_those_of_the_domain() {
    let document = document();
    let new = &document["components"]["schemas"]["NewTask"]["properties"];
    let limits = TextLimits::default();
    assert_eq!(new["description"]["maxLength"], limits.description_max);
    assert!(new["title"]["description"].as_str().unwrap().contains(&limits.title_max.to_string()));
    let query = &document["paths"]["/api/tasks"]["get"]["parameters"];
    let limit = query.as_array().unwrap().iter().find(|one| one["name"] == "limit").unwrap();
    assert_eq!(
        (&limit["schema"]["maximum"], &limit["schema"]["default"]),
        (&PAGE_MAX.into(), &PAGE_MAX.into())
    );
    let query = &document["paths"]["/api/tasks/changes"]["get"]["parameters"];
    let limit = query.as_array().unwrap().iter().find(|one| one["name"] == "limit").unwrap();
    assert_eq!(
        (&limit["schema"]["maximum"], &limit["schema"]["default"]),
        (&CHANGES_MAX.into(), &ChangesRequest::DEFAULT_LIMIT.into())
    );
}

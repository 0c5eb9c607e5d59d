use std::fs;

use serde_json::Value;

use super::{effective, python, root, setting, text, texts, yaml};
use crate::database::Database;

const FOLDER: &str = "config/kubernetes";

/// The files that the kustomization lists, which are all others in the folder.
fn files() -> Vec<String> {
    let kustomization = yaml(&format!("{FOLDER}/kustomization.yaml")).remove(0);
    let listed = kustomization["resources"].as_array().unwrap().iter().map(|file| file.as_str().unwrap());
    let listed: Vec<String> = listed.map(|file| format!("{FOLDER}/{file}")).collect();
    let found = fs::read_dir(root().join(FOLDER)).unwrap();
    let found = found.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found = found.filter(|name| name != "kustomization.yaml").count();
    assert_eq!(found, listed.len(), "a file in {FOLDER} is not in kustomization.yaml");
    listed
}

fn objects() -> Vec<Value> {
    files().iter().flat_map(|file| yaml(file)).collect()
}

fn object(kind: &str) -> Value {
    let found = objects().into_iter().find(|object| object["kind"] == kind);
    found.unwrap_or_else(|| panic!("there is no {kind}"))
}

fn variables() -> Vec<(String, String)> {
    let mut variables = texts(&object("ConfigMap")["data"]);
    variables.extend(texts(&object("Secret")["stringData"]));
    variables
}

#[test]
fn kubernetes_manifests_have_the_form_of_their_schemas() {
    let files = files();
    let mut arguments = vec!["--strict", "--quiet"];
    arguments.extend(files.iter().map(String::as_str));
    let _ = python("kubernetes-validate", &arguments).success();
}

#[test]
fn kubernetes_manifests_set_settings_of_the_service() {
    let effective = effective(&variables());
    assert_eq!(setting(&effective, "database.migrate_on_start"), "false");
    let container = object("Deployment")["spec"]["template"]["spec"]["containers"][0].take();
    let port = |name: &str| {
        let ports = container["ports"].as_array().unwrap();
        let port = ports.iter().find(|port| port["name"] == name).unwrap();
        port["containerPort"].to_string()
    };
    assert_eq!(setting(&effective, "server.port"), port("http"));
    assert_eq!(setting(&effective, "metrics.address"), format!("\"0.0.0.0:{}\"", port("metrics")));
    for port in object("Service")["spec"]["ports"].as_array().unwrap() {
        assert_eq!(port["targetPort"], port["name"]);
    }
    let grace = object("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].take();
    let timeout: u64 = setting(&effective, "server.shutdown_timeout_seconds").parse().unwrap();
    assert!(grace.as_u64().unwrap() > timeout + 5);
}

#[test]
fn kubernetes_probes_request_routes_of_the_service() {
    let service = Database::Sqlite.with_secret().serve();
    let container = object("Deployment")["spec"]["template"]["spec"]["containers"][0].take();
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let get = &container[probe]["httpGet"];
        assert_eq!(get["port"], "http");
        let _ = service.client().get(get["path"].as_str().unwrap()).expect(200);
    }
}

#[test]
fn kubernetes_pods_have_no_rights() {
    let dockerfile = text("Dockerfile");
    for kind in ["Deployment", "Job"] {
        let pod = object(kind)["spec"]["template"]["spec"].take();
        let user = &pod["securityContext"]["runAsUser"];
        assert!(dockerfile.contains(&format!("USER {user}:{user}")), "{kind} runs as {user}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
        let container = &pod["containers"][0];
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
        assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
        assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL");
        assert!(container["resources"]["limits"]["memory"].is_string());
        assert_eq!(container["image"], concat!("tasknook:", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn kubernetes_objects_select_the_pods() {
    let deployment = object("Deployment");
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(&object("Service")["spec"]["selector"], labels);
    assert_eq!(&object("PodDisruptionBudget")["spec"]["selector"]["matchLabels"], labels);
    let job = object("Job");
    assert_ne!(&job["spec"]["template"]["metadata"]["labels"], labels);
    assert_eq!(job["spec"]["template"]["spec"]["containers"][0]["args"][0], "migrate");
}

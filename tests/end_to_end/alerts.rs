//! The alert rules and the queries of the dashboard, evaluated by Prometheus' own tool.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{folder, run_to_exit};

const LIMIT: Duration = Duration::from_mins(1);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn promtool(arguments: &[&str], folder: &Path) {
    let unpacked = root().join("target/prometheus/usr/bin/promtool");
    let program = if unpacked.exists() { unpacked } else { PathBuf::from("promtool") };
    let found = Command::new(&program).arg("--version").output().is_ok();
    assert!(found, "promtool is missing; `tests/prerequisites.sh test` installs it");
    let _ = run_to_exit(Command::new(&program).args(arguments).current_dir(folder), LIMIT).success();
}

#[test]
fn alerts_fire_on_faults_and_not_on_a_healthy_service() {
    let rules = root().join("config/prometheus");
    promtool(&["check", "rules", "alerts.yml"], &rules);
    promtool(&["test", "rules", "alerts.test.yml"], &rules);
}

#[test]
fn queries_of_the_dashboard_are_valid() {
    let dashboard = fs::read_to_string(root().join("config/grafana/tasknook.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let query = |target: &Value| target["expr"].as_str().unwrap().replace("$__rate_interval", "5m");
    // JSON is YAML.
    let rule = |(number, query)| serde_json::json!({ "record": format!("query_{number}"), "expr": query });
    let rules: Vec<Value> = targets.map(query).enumerate().map(rule).collect();
    assert!(rules.len() > 20, "{rules:?}");
    let file = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    let folder = folder("dashboard");
    fs::write(folder.join("rules.yml"), file.to_string()).unwrap();
    promtool(&["check", "rules", "rules.yml"], &folder);
}

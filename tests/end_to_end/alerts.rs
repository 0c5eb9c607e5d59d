//! The alert rules, evaluated by Prometheus' own tool.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tasknook_tests::run_to_exit;

const LIMIT: Duration = Duration::from_mins(1);

#[test]
fn alerts_fire_on_faults_and_not_on_a_healthy_service() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let fetched = root.join("target/prometheus/usr/bin/promtool");
    let promtool = if fetched.exists() { fetched } else { "promtool".into() };
    let found = Command::new(&promtool).arg("--version").output().is_ok();
    assert!(found, "promtool is missing; run tests/prerequisites.sh test");
    let rules = root.join("config/prometheus");
    for (action, file) in [("check", "alerts.yml"), ("test", "alerts.test.yml")] {
        let mut command = Command::new(&promtool);
        let _ = run_to_exit(command.args([action, "rules", file]).current_dir(&rules), LIMIT).success();
    }
}

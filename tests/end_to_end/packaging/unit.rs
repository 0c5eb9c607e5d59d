use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tasknook_tests::{Environment, Exit, run_to_exit};

use super::{LIMIT, text};

const FILE: &str = "config/systemd/tasknook.service";

/// The unit with the binary of these tests, since systemd checks that its program exists.
fn unit() -> PathBuf {
    let program = Environment::new().command(&[]).get_program().to_str().unwrap().to_owned();
    let shipped = text(FILE);
    let adapted = shipped.replace("/usr/bin/tasknook", &program);
    assert_ne!(shipped, adapted);
    let file = tasknook_tests::folder("unit").join("tasknook.service");
    fs::write(&file, adapted).unwrap();
    file
}

fn analyze(arguments: &[&str]) -> Exit {
    run_to_exit(Command::new("systemd-analyze").args(arguments).arg(unit()).env("SYSTEMD_PAGER", ""), LIMIT)
}

#[test]
fn unit_is_valid() {
    let exit = analyze(&["verify", "--man=no"]).success();
    assert_eq!(exit.stderr, "");
}

#[test]
fn unit_is_exposed_by_less_than_two_of_ten() {
    // In tenths.
    let exit = analyze(&["security", "--offline=true", "--threshold=20"]).success();
    assert!(exit.stdout.contains("Overall exposure level"), "{}", exit.stdout);
}

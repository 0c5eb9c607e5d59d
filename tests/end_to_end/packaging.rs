//! The files that package the service agree with the service, and with the schemas of the programs that read them.

mod compose;
mod image;
mod kubernetes;
mod sbom;
mod unit;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{Environment, Exit, run_to_exit};

const LIMIT: Duration = Duration::from_mins(1);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A program of the Python packages in `tests/packaging/requirements.txt`.
fn python(program: &str, arguments: &[&str]) -> Exit {
    let path: PathBuf = root().join("target/python/packaging/bin").join(program);
    assert!(path.exists(), "{} is missing: `make test` installs it", path.display());
    run_to_exit(Command::new(path).args(arguments).current_dir(root()), LIMIT)
}

/// The documents of a YAML file.
fn yaml(file: &str) -> Vec<Value> {
    let exit = python("python", &["tests/packaging/yaml_to_json.py", file]).success();
    serde_json::from_str(&exit.stdout).unwrap()
}

/// The effective configuration with these variables, which the service accepts.
fn effective(variables: &[(String, String)]) -> String {
    let environment = Environment::new().unset("TASKNOOK_SERVER__PORT").unset("TASKNOOK_LOG__FORMAT");
    let set = |environment: Environment, (name, value): &(String, String)| environment.set(name, value);
    variables.iter().fold(environment, set).run(&["check-config"]).success().stdout
}

/// The value of a setting in the effective configuration.
fn setting<'a>(effective: &'a str, key: &str) -> &'a str {
    let value = effective.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    value.unwrap_or_else(|| panic!("{key} is missing\n{effective}"))
}

/// The members of an object with text values, such as environment variables.
fn texts(object: &Value) -> Vec<(String, String)> {
    let members = object.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

use std::fs;
use std::path::{Path, PathBuf};

/// The top-level modules. Each uses itself and those after it.
const MODULES: [&str; 8] = ["cli", "server", "routes", "openapi", "http", "state", "metrics", "config"];

pub(super) fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        found.push(path.to_owned());
    }
}

#[test]
fn modules_depend_in_one_direction() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (number, module) in MODULES.iter().enumerate() {
        let mut found = vec![root.join(module).with_extension("rs")];
        if root.join(module).is_dir() {
            files(&root.join(module), &mut found);
        }
        for file in found {
            let text = fs::read_to_string(&file).unwrap();
            for used in text.split("crate::").skip(1) {
                let used = used.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
                let allowed = MODULES[number..].contains(&used);
                assert!(allowed, "{} uses crate::{used}", file.display());
            }
        }
    }
}

//! The two trees of migrations have the same folders.
#![expect(clippy::unwrap_used, reason = "what goes wrong fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

fn folders(engine: &str) -> Vec<PathBuf> {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
    let mut folders: Vec<_> = fs::read_dir(tree).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

#[test]
fn both_engines_have_the_same_reversible_migrations() {
    let (postgres, sqlite) = (folders("postgres"), folders("sqlite"));
    let names = |folders: &[PathBuf]| -> Vec<_> {
        folders.iter().map(|folder| folder.file_name().unwrap().to_owned()).collect()
    };
    assert!(!postgres.is_empty());
    assert_eq!(names(&postgres), names(&sqlite));
    for folder in postgres.iter().chain(&sqlite) {
        for file in ["up.sql", "down.sql"] {
            assert!(
                !fs::read_to_string(folder.join(file)).unwrap().trim().is_empty(),
                "{}",
                folder.display()
            );
        }
    }
}

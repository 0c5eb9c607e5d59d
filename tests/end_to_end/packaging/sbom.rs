use serde_json::Value;

use super::python;

#[test]
fn sbom_lists_the_crates_of_the_binary_with_licences() {
    let exit = python("python", &["tests/packaging/sbom.py"]).success();
    let document: Value = serde_json::from_str(&exit.stdout).unwrap();
    let components = document["components"].as_array().unwrap();
    let named = |name: &str| components.iter().find(|component| component["name"] == name);
    for name in ["actix-web", "diesel", "aws-lc-rs", "tasknook-domain"] {
        let component = named(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert!(component["licenses"][0]["expression"].is_string(), "{component}");
    }
    assert_eq!(named("diesel").unwrap()["hashes"][0]["content"].as_str().unwrap().len(), 64);
    // Of the tests alone.
    for name in ["insta", "rcgen", "tasknook-tests"] {
        assert!(named(name).is_none(), "{name} is listed");
    }
}

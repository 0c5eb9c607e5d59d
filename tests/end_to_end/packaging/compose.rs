use serde_json::Value;

use super::{effective, python, root, setting, texts, yaml};

const FILE: &str = "compose.yaml";

fn compose() -> Value {
    yaml(FILE).remove(0)
}

#[test]
fn compose_file_has_the_form_of_its_schema() {
    let _ = python("check-jsonschema", &["--builtin-schema", "vendor.compose-spec", FILE]).success();
}

#[test]
fn compose_file_sets_settings_of_the_service() {
    let compose = compose();
    let mut variables = texts(&compose["services"]["api"]["environment"]);
    // The secret's file is in the container.
    variables.retain(|(name, _)| name != "DATABASE_URL_FILE");
    let effective = effective(&variables);
    assert_eq!(setting(&effective, "auth.jwks_url"), "\"http://web:3000/api/auth/jwks\"");
    assert_eq!(setting(&effective, "cors.origins"), "[\"http://localhost:3000\"]");
    // The image's address is not the default.
    let port = setting(&effective, "server.port");
    assert_eq!(compose["services"]["api"]["ports"][0], format!("127.0.0.1:{port}:{port}"));
    let url = compose["services"]["web"]["environment"]["TASKNOOK_URL"].as_str().unwrap();
    assert_eq!(url, format!("http://api:{port}"));
    let grace = compose["services"]["api"]["stop_grace_period"].as_str().unwrap();
    let timeout: u64 = setting(&effective, "server.shutdown_timeout_seconds").parse().unwrap();
    assert!(grace.trim_end_matches('s').parse::<u64>().unwrap() > timeout);
}

#[test]
fn compose_file_names_what_exists() {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    for (name, service) in services {
        if let Some(context) = service["build"].as_str() {
            assert!(root().join(context).join("Dockerfile").is_file(), "{name}: {context}");
        } else {
            let image = service["image"].as_str().unwrap();
            assert!(image.contains(':') && !image.ends_with(":latest"), "{name}: {image}");
        }
        for other in service["depends_on"].as_object().into_iter().flatten() {
            assert!(services.contains_key(other.0), "{name} depends on {}", other.0);
        }
        for secret in service["secrets"].as_array().into_iter().flatten() {
            let secret = secret.as_str().unwrap();
            let file = compose["secrets"][secret]["file"].as_str().unwrap();
            // Not in the repository, and ignored by git.
            assert!(file.starts_with("data/"), "{secret}: {file}");
            let used = service.to_string().contains(&format!("/run/secrets/{secret}"));
            assert!(used, "{name} does not read the secret {secret}");
        }
        // The image of the API has a check of its own.
        assert!(service["healthcheck"].is_object() || name == "api", "{name} has no health check");
    }
}

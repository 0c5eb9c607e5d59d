//! Configurations that are rejected: at once, with an error that names the key and contains no secret.

use std::fs;
use std::time::Duration;

use tasknook_tests::{BetterAuth, Environment, Exit};

use crate::database::Database;

/// The limit is a second; a busy machine gets more before a test fails.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Both `serve` and `check-config` exit with 2, name one of the keys, and do not print the secret.
#[track_caller]
fn rejected(environment: &Environment, arguments: &[&str], keys: &[&str], secret: Option<&str>) {
    for command in ["serve", "check-config"] {
        let exit = environment.run(&[&[command], arguments].concat());
        assert_eq!(exit.code, Some(2), "{command}\n{}\n{}", exit.stdout, exit.stderr);
        assert!(exit.elapsed < AT_ONCE, "{command} took {:?}", exit.elapsed);
        assert!(names(&exit, keys), "{command} names none of {keys:?}\n{}", exit.stderr);
        let output = format!("{}\n{}", exit.stdout, exit.stderr);
        assert!(
            secret.is_none_or(|secret| !output.contains(secret)),
            "{command} prints the secret\n{output}"
        );
    }
}

fn names(exit: &Exit, keys: &[&str]) -> bool {
    let output = exit.stderr.to_lowercase();
    keys.iter().any(|key| output.contains(&key.to_lowercase()))
}

#[test]
fn missing_trust_anchor_is_rejected() {
    rejected(&Database::Sqlite.environment(), &[], &["BETTER_AUTH_SECRET"], None);
}

#[test]
fn short_secret_is_rejected() {
    for (secret, name) in
        [("31-bytes-are-one-byte-too-few-!", "BETTER_AUTH_SECRET"), ("", "BETTER_AUTH_SECRET")]
    {
        let environment = Database::Sqlite.environment().set(name, secret);
        rejected(&environment, &[], &[name], (!secret.is_empty()).then_some(secret));
    }
    let list = format!("2:{},1:short-secret", BetterAuth::SECRET);
    let environment = Database::Sqlite.environment().set("BETTER_AUTH_SECRETS", list);
    rejected(&environment, &[], &["BETTER_AUTH_SECRETS", "auth.secrets"], Some("short-secret"));
}

#[test]
fn well_known_secret_is_rejected() {
    for secret in ["better-auth-secret-12345678901234567890", "better-auth-secret-123456789"] {
        let environment = Database::Sqlite.environment();
        rejected(
            &environment.clone().set("BETTER_AUTH_SECRET", secret),
            &[],
            &["BETTER_AUTH_SECRET"],
            Some(secret),
        );
        let list = format!("2:{},1:{secret}", BetterAuth::SECRET);
        rejected(
            &environment.set("BETTER_AUTH_SECRETS", list),
            &[],
            &["BETTER_AUTH_SECRETS", "auth.secrets"],
            Some(secret),
        );
    }
}

#[test]
fn issuer_that_is_not_an_https_url_is_rejected() {
    for url in ["auth.example", "ftp://auth.example", "http://auth.example"] {
        let environment = Database::Sqlite.environment().set("BETTER_AUTH_URL", url);
        // http is for the loopback only: keys over plain http can be forged.
        rejected(&environment, &[], &["BETTER_AUTH_URL", "auth.jwks_url"], None);
    }
}

#[test]
fn wildcard_origin_is_rejected() {
    for origins in ["*", "https://app.example,*"] {
        let environment = Database::Sqlite.with_secret().set("TASKNOOK_CORS__ORIGINS", origins);
        rejected(&environment, &[], &["cors.origins", "TASKNOOK_CORS__ORIGINS"], None);
    }
}

#[test]
fn unsupported_database_is_rejected() {
    for url in ["mysql://user:hunter2@db.example/tasks", "file:tasks.db", "tasks.db"] {
        let environment = Database::Sqlite.with_secret().set("DATABASE_URL", url);
        rejected(&environment, &[], &["DATABASE_URL", "database.url"], Some("hunter2"));
    }
}

#[test]
fn file_that_is_not_a_database_is_rejected_unchanged() {
    let environment = Database::Sqlite.with_secret();
    let file = environment.folder().join("tasks.db");
    let content = "Dear diary, this is no database. ".repeat(200);
    fs::write(&file, &content).unwrap();
    let exit = environment.run(&["serve"]);
    assert_eq!(exit.code, Some(2), "{}", exit.stderr);
    assert!(exit.elapsed < AT_ONCE, "it took {:?}", exit.elapsed);
    assert!(names(&exit, &["DATABASE_URL", "database.url"]), "{}", exit.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), content);
}

#[test]
fn unknown_environment_keys_are_rejected_by_name() {
    for (name, spelled) in [
        ("TASKNOOK_SERVER__PROT", "server.prot"),
        ("TASKNOOK_SEVER__PORT", "sever"),
        ("TASKNOOK_SERVER_PORT", "TASKNOOK_SERVER__PORT"),
    ] {
        rejected(&Database::Sqlite.with_secret().set(name, "1"), &[], &[name, spelled], None);
    }
}

#[test]
fn unknown_file_keys_are_rejected_by_name() {
    for (text, key) in
        [("[server]\nprot = 1\n", "prot"), ("[sever]\nport = 1\n", "sever"), ("port = 1\n", "port")]
    {
        let environment = Database::Sqlite.with_secret();
        let file = environment.folder().join("some.toml");
        fs::write(&file, text).unwrap();
        rejected(&environment, &["--config", file.to_str().unwrap()], &[key], None);
    }
}

#[test]
fn missing_and_malformed_files_are_rejected_by_name() {
    let environment = Database::Sqlite.with_secret();
    rejected(&environment, &["--config", "missing.toml"], &["missing.toml"], None);
    fs::write(environment.folder().join("malformed.toml"), "[server\n").unwrap();
    rejected(&environment, &["--config", "malformed.toml"], &["malformed.toml"], None);
}

#[test]
fn invalid_values_are_rejected_by_key() {
    for (name, key, value) in [
        ("TASKNOOK_SERVER__PORT", "server.port", "many"),
        ("TASKNOOK_SERVER__PORT", "server.port", "70000"),
        ("TASKNOOK_TASKS__TITLE_MAX", "tasks.title_max", "-1"),
        ("TASKNOOK_TASKS__DELETE_RETURNS_BODY", "tasks.delete_returns_body", "perhaps"),
        ("TASKNOOK_AUTH__LEEWAY_SECONDS", "auth.leeway_seconds", "301"),
        ("TASKNOOK_LOG__FORMAT", "log.format", "xml"),
    ] {
        rejected(&Database::Sqlite.with_secret().set(name, value), &[], &[name, key], None);
    }
}

#[test]
fn misplaced_secret_is_rejected_and_not_printed() {
    for text in [
        "[auth]\nsecrets = \"hunter2hunter2hunter2hunter2hunter2\"\n",
        "[auth]\nsecrets = [\"hunter2hunter2hunter2hunter2hunter2]\n",
        "[auth]\nsecrets = [[\"hunter2hunter2hunter2hunter2hunter2\"]]\n",
    ] {
        let environment = Database::Sqlite.environment();
        fs::write(environment.folder().join("wrong.toml"), text).unwrap();
        rejected(&environment, &["--config", "wrong.toml"], &["auth.secrets", "wrong.toml"], Some("hunter2"));
    }
}

#[test]
fn check_config_rejects_the_same_values_as_serve() {
    for (name, value, key) in [
        ("DATABASE_URL", "sqlite://", "database.url"),
        ("DATABASE_URL", "sqlite://y.db?mode=ro", "database.url"),
        ("TASKNOOK_LOG__LEVEL", "=x=", "log.level"),
        ("TASKNOOK_LOG__LEVEL", "verbose", "log.level"),
        ("TASKNOOK_METRICS__ADDRESS", "foo", "metrics.address"),
        ("TASKNOOK_AUTH__CACHE_SECONDS", "0", "auth.cache_seconds"),
        ("TASKNOOK_AUTH__CACHE_BYTES", "2000000000", "auth.cache_bytes"),
        ("TASKNOOK_SERVER__PORT", "true", "server.port"),
        ("TASKNOOK_AUTH__USER_ID_CLAIM", "exp", "auth.user_id_claim"),
    ] {
        rejected(&Database::Sqlite.with_secret().set(name, value), &[], &[key], None);
    }
}

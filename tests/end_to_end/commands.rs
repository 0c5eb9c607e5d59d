//! The commands of the binary.

use std::fs;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{BetterAuth, Environment, run_to_exit};

use crate::database::{Database, caller, on_both_databases};

const LIMIT: Duration = Duration::from_secs(20);

on_both_databases! {
    migrate_prepares_a_database_for_serve
}

#[test]
fn help_names_every_command_and_option() {
    let help = Environment::new().run(&["--help"]).success();
    for word in [
        "serve",
        "migrate",
        "doctor",
        "backup",
        "owner",
        "token",
        "verify",
        "check-config",
        "openapi",
        "healthcheck",
        "completions",
        "man",
        "--config",
        "--help",
        "--version",
    ] {
        assert!(help.stdout.contains(word), "{word} is missing\n{}", help.stdout);
    }
    assert_eq!(help.stderr, "");
    assert!(Environment::new().run(&["token", "--help"]).success().stdout.contains("--user"));
    assert!(Environment::new().run(&["--version"]).success().stdout.starts_with("tasknook "));
}

#[test]
fn openapi_prints_the_served_document_without_configuration() {
    let environment =
        Environment::new().set("DATABASE_URL", "no-database").set("TASKNOOK_NO__SUCH", "setting");
    let printed = environment.run(&["openapi"]).success();
    assert!(printed.stdout.starts_with("{\n  \"openapi\": \"3.1"), "{}", printed.stdout);
    assert_eq!(printed.stderr, "");
    let service = Database::Sqlite.with_secret().serve();
    // The harness reads lines, hence without the end of the last one.
    let served = service.client().get("/openapi.json").expect(200).text();
    assert_eq!(served.strip_suffix('\n'), Some(printed.stdout.trim_end()));
    service.stop();
}

#[test]
fn completions_complete_commands_in_a_real_shell() {
    let environment = Environment::new();
    let script = environment.run(&["completions", "bash"]).success().stdout;
    let file = environment.folder().join("tasknook.bash");
    fs::write(&file, script).unwrap();
    let complete = "source \"$0\"; COMP_WORDS=(tasknook check); COMP_CWORD=1; _tasknook tasknook check tasknook; \
                    echo \"${COMPREPLY[@]}\"";
    let mut bash = std::process::Command::new("bash");
    let exit = run_to_exit(bash.args(["-c", complete]).arg(&file), LIMIT).success();
    assert_eq!(exit.stdout.trim(), "check-config");
    for shell in ["zsh", "fish"] {
        let script = environment.run(&["completions", shell]).success().stdout;
        assert!(script.contains("check-config"), "{shell}: {script}");
    }
}

#[test]
fn man_writes_a_page_for_each_command() {
    let environment = Environment::new();
    let _ = environment.run(&["man", "pages"]).success();
    let folder = environment.folder().join("pages");
    let page = fs::read_to_string(folder.join("tasknook.1")).unwrap();
    assert!(page.contains("BETTER_AUTH_SECRET") && page.contains("TASKNOOK_CONFIG"), "{page}");
    // The names with a section, as the list of commands has them.
    let commands: Vec<_> = page.lines().filter_map(|line| line.strip_suffix("(1)")).collect();
    assert!(commands.len() >= 10, "{page}");
    for command in commands {
        let name = command.replace('\\', "");
        assert!(folder.join(format!("{name}.1")).is_file(), "{name} has no page");
    }
}

#[test]
fn unknown_commands_are_rejected() {
    let exit = Environment::new().run(&["server"]);
    assert_eq!(exit.code, Some(2));
    assert!(exit.stderr.contains("server"), "{}", exit.stderr);
}

#[test]
fn check_config_prints_the_configuration_without_secrets() {
    let environment = Environment::new()
        .set("DATABASE_URL", "postgres://user:hunter2-and-more@db.example:5432/tasks")
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
        .set(
            "BETTER_AUTH_SECRETS",
            "2:the-new-secret-of-a-rotation-000000,1:the-old-secret-of-a-rotation-000000",
        )
        .set("BETTER_AUTH_URL", "https://auth.example")
        .set("TASKNOOK_TASKS__TITLE_MAX", "321");
    let file = environment.folder().join("some.toml");
    fs::write(&file, "[limits]\nmax_body_bytes = 12345\n[tasks]\ntitle_max = 250\n").unwrap();
    let exit = environment.run(&["check-config", "--config", file.to_str().unwrap()]).success();
    for shown in [
        "db.example",
        "https://auth.example",
        "max_body_bytes",
        "12345",
        "title_max",
        "321",
        "description_max",
    ] {
        assert!(exit.stdout.contains(shown), "{shown} is not shown\n{}", exit.stdout);
    }
    for hidden in ["hunter2", BetterAuth::SECRET, "the-new-secret", "the-old-secret"] {
        let output = format!("{}\n{}", exit.stdout, exit.stderr);
        assert!(!output.contains(hidden), "{hidden} is shown\n{output}");
    }
    assert!(!exit.stdout.contains("250"), "the environment goes before the file\n{}", exit.stdout);
}

#[test]
fn config_file_can_be_named_in_the_environment() {
    let environment = Database::Sqlite.with_secret();
    let file = environment.folder().join("some.toml");
    fs::write(&file, "[limits]\nmax_body_bytes = 12345\n").unwrap();
    let exit = environment.set("TASKNOOK_CONFIG", file.to_str().unwrap()).run(&["check-config"]).success();
    assert!(exit.stdout.contains("12345"), "{}", exit.stdout);
}

#[test]
fn token_authenticates_its_user() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    for user in ["alice", "1", "Ünï cödé/%2F", "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11"] {
        let task =
            caller(&environment, &service, user).post("/api/tasks", &json!({"title": "x"})).expect(201);
        assert_eq!(task.json()["user_id"], user);
    }
    assert_ne!(environment.run(&["token", "--user", ""]).code, Some(0));
}

#[test]
fn tokens_of_every_listed_secret_are_accepted() {
    let (old, new) = ("the-old-secret-of-a-rotation-000000", "the-new-secret-of-a-rotation-000000");
    let environment = Database::Sqlite.environment();
    let before = environment.clone().set("BETTER_AUTH_SECRET", old).token("alice");
    let after = environment.clone().set("BETTER_AUTH_SECRET", new).token("alice");
    let stranger = environment.clone().set("BETTER_AUTH_SECRET", BetterAuth::SECRET).token("alice");
    let environment = environment.set("BETTER_AUTH_SECRETS", format!("2:{new},1:{old}"));
    let service = environment.serve();
    for token in [&before, &after, &environment.token("alice")] {
        let _ = service.client().with_token(token).get("/api/tasks").expect(200);
    }
    let _ = service.client().with_token(&stranger).get("/api/tasks").expect(401);
}

#[test]
fn healthcheck_fails_without_a_service() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let port = service.address().rsplit(':').next().unwrap().to_owned();
    let environment = environment.set("TASKNOOK_SERVER__PORT", port);
    let _ = environment.run(&["healthcheck"]).success();
    service.stop();
    assert_eq!(environment.run(&["healthcheck"]).code, Some(1));
}

fn migrate_prepares_a_database_for_serve(database: Database) {
    let environment = database.with_secret();
    let _ = environment.run(&["migrate"]).success();
    let _ = environment.run(&["migrate"]).success();
    let environment = environment.set("TASKNOOK_DATABASE__MIGRATE_ON_START", "false");
    let service = environment.serve();
    let _ = caller(&environment, &service, "alice").post("/api/tasks", &json!({"title": "x"})).expect(201);
}

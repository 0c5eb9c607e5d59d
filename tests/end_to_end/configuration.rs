//! Mistakes in the configuration, and the message for each.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{BetterAuth, Environment, Mode, Service, run_to_exit};

use crate::database::{Database, caller, execute, url_of};

const LIMIT: Duration = Duration::from_secs(20);

/// The first line of the log with these parts.
fn logged(service: &Service, parts: &[&str]) -> Value {
    let find = |line: &str| parts.iter().all(|part| line.contains(part)).then(|| line.to_owned());
    let line = service.log().wait_for(LIMIT, find);
    let line = line.unwrap_or_else(|_| panic!("{parts:?} is not logged\n{}", service.log()));
    serde_json::from_str(&line).unwrap()
}

/// The outputs of `tasknook verify`.
fn verify(environment: &Environment, token: &str) -> (String, String) {
    let file = environment.folder().join("token");
    fs::write(&file, token).unwrap();
    let exit = environment.command(&["verify"]).stdin(File::open(file).unwrap()).output().unwrap();
    assert_eq!(exit.status.code(), Some(1));
    (String::from_utf8(exit.stdout).unwrap(), String::from_utf8(exit.stderr).unwrap())
}

/// The error of a command that ends with exit code 2.
fn config_error(environment: &Environment, command: &str) -> String {
    let exit = environment.run(&[command]);
    assert_eq!(exit.code, Some(2), "{}\n{}", exit.stdout, exit.stderr);
    exit.stderr
}

#[test]
fn quotes_around_a_secret_are_named() {
    let quoted =
        Database::Sqlite.environment().set("BETTER_AUTH_SECRET", format!("\"{}\"", BetterAuth::SECRET));
    let token = Database::Sqlite.with_secret().token("alice");
    let service = quoted.serve();
    let warning = logged(&service, &["BETTER_AUTH_SECRET has quotes"]);
    assert_eq!(warning["level"], "WARN");
    let _ = service.client().with_token(&token).get("/api/tasks").expect(401);
    let _ = caller(&quoted, &service, "alice").get("/api/tasks").expect(200);
    let (output, errors) = verify(&quoted, &token);
    assert!(output.contains("The signature is right once quotes"), "{output}");
    assert!(!format!("{output}{errors}{}", service.log()).contains(BetterAuth::SECRET));
    service.stop();
}

#[test]
fn secrets_from_files_have_no_line_end() {
    let environment = Database::Sqlite.environment();
    let file = environment.folder().join("secret");
    fs::write(&file, format!("{}\n", BetterAuth::SECRET)).unwrap();
    let environment = environment.set("BETTER_AUTH_SECRET_FILE", file.to_str().unwrap());
    let service = environment.serve();
    let token = Database::Sqlite.with_secret().token("alice");
    let _ = service.client().with_token(&token).get("/api/tasks").expect(200);
    service.stop();

    let environment = Environment::new().set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let folder = environment.folder().to_str().unwrap().to_owned();
    fs::write(environment.folder().join("DATABASE_URL"), "sqlite://credential.db\n").unwrap();
    let environment = environment.set("CREDENTIALS_DIRECTORY", folder);
    environment.serve().stop();
    assert!(environment.folder().join("credential.db").exists());
}

#[test]
fn published_example_secrets_cause_a_warning() {
    for secret in ["your-secret-key-min-32-chars-here", "change-me-change-me-change-me-change-me"] {
        let exit =
            Database::Sqlite.environment().set("BETTER_AUTH_SECRET", secret).run(&["check-config"]).success();
        assert!(exit.stderr.contains("looks like an example"), "{}", exit.stderr);
        assert!(!exit.stderr.contains(secret) && !exit.stdout.contains(secret));
    }
    let exit =
        Database::Sqlite.with_secret().set("TASKNOOK_AUTH__ISSUERS", "x").run(&["check-config"]).success();
    assert_eq!(exit.stderr, "");
}

#[test]
fn rejected_origins_are_logged_once() {
    let origins = "https://my-app-*.example.com,capacitor://localhost";
    let service = Database::Sqlite.with_secret().set("TASKNOOK_CORS__ORIGINS", origins).serve();
    let client = service.client();
    let preflight = |origin: &str| {
        let request = client.request("OPTIONS", "/api/tasks").header("Origin", origin);
        request.header("Access-Control-Request-Method", "GET").send()
    };
    for origin in ["https://my-app-git-main.example.com", "capacitor://localhost"] {
        assert_eq!(preflight(origin).header("access-control-allow-origin"), Some(origin));
    }
    for _ in 0..3 {
        assert_eq!(preflight("https://my-app-a.b.example.com").header("access-control-allow-origin"), None);
    }
    for number in 0..100 {
        let _ = preflight(&format!("https://{number}.example"));
    }
    let line = logged(&service, &["rejected a preflight", "https://my-app-a.b.example.com"]);
    assert_eq!((&line["level"], &line["configured"]), (&json!("WARN"), &json!(origins.replace(',', ", "))));
    let log = service.log().clone();
    service.stop();
    let text = log.text();
    assert_eq!(text.matches("\"https://my-app-a.b.example.com\"").count(), 1, "{text}");
    assert_eq!(text.matches("rejected a preflight").count(), 64, "the memory for origins is bounded");
}

#[test]
fn mistaken_database_urls_are_explained() {
    let with =
        |url: &str| Environment::new().set("BETTER_AUTH_SECRET", BetterAuth::SECRET).set("DATABASE_URL", url);
    for (url, parts) in [
        ("", vec!["DATABASE_URL: is empty"]),
        ("sqlite:///./todo.db", vec!["DATABASE_URL", "sqlite://tasks.db"]),
        ("postgres://u:p@127.0.0.1/d?schema=public", vec!["DATABASE_URL", "schema", "Prisma", "search_path"]),
        ("postgres://u:p@127.0.0.1/d?pgbouncer=true", vec!["Prisma", "database.transaction_pooler"]),
        ("postgresql://app:p@ssw0rd#1@db.example/tasks", vec!["DATABASE_URL", "write @ as %40"]),
    ] {
        for command in ["check-config", "serve", "migrate"] {
            let error = config_error(&with(url), command);
            assert!(parts.iter().all(|part| error.contains(part)), "{command}: {error}");
            assert!(!error.contains("ssw0rd"), "{error}");
        }
    }
    let shown = with("postgresql://app:p@ssw0rd#1@db.example/tasks").run(&["check-config"]).stdout;
    assert!(
        shown.contains("postgresql://app:********@db.example/tasks") && !shown.contains("ssw0rd"),
        "{shown}"
    );
}

#[test]
fn the_log_names_the_database_without_its_password() {
    for database in [Database::Sqlite, Database::Postgres] {
        let environment = database.with_secret();
        let service = environment.serve();
        let shown = logged(&service, &["opening the database"])["database"].as_str().unwrap().to_owned();
        let url = url_of(&environment);
        match database {
            Database::Sqlite => assert_eq!(shown, url),
            Database::Postgres => assert_eq!(shown.rsplit('@').next(), url.rsplit('@').next()),
        }
        service.stop();
    }
    let relative = Environment::new()
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
        .set("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/d")
        .set("TASKNOOK_DATABASE__STARTUP_TIMEOUT_SECONDS", "0");
    let exit = relative.run(&["serve"]);
    assert!(exit.stderr.contains("postgres://u:********@127.0.0.1:1/d"), "{}", exit.stderr);
    assert!(!exit.stderr.contains("hunter2"), "{}", exit.stderr);
}

#[test]
fn tables_of_another_program_need_a_schema() {
    let environment = Database::Postgres.with_secret();
    execute(Database::Postgres, &environment, "create table tasks (name text)");
    for command in ["serve", "migrate"] {
        let error = config_error(&environment, command);
        for part in ["tables of another program (tasks)", "a database of its own", "search_path%3Dtasknook"] {
            assert!(error.contains(part), "{part} is not in {error}");
        }
    }
    execute(Database::Postgres, &environment, "create schema tasknook");
    let url = format!("{}?options=-csearch_path%3Dtasknook", url_of(&environment));
    let environment = environment.set("DATABASE_URL", url);
    let service = environment.serve();
    let _ = caller(&environment, &service, "alice").post("/api/tasks", &json!({"title": "x"})).expect(201);
    service.stop();

    let environment = Database::Sqlite.with_secret();
    execute(Database::Sqlite, &environment, "create table tasks (name text)");
    let error = config_error(&environment, "serve");
    assert!(error.contains("database of another program") && error.contains("file of its own"), "{error}");
}

#[test]
fn unusable_audit_files_are_rejected() {
    let environment = Database::Sqlite.with_secret();
    let folder = environment.folder().to_owned();
    let with = |file: &str| environment.clone().set("TASKNOOK_LOG__AUDIT_FILE", file);
    fs::create_dir(folder.join("closed")).unwrap();
    fs::write(folder.join("closed/file"), "").unwrap();
    fs::write(folder.join("file"), "").unwrap();
    fs::set_permissions(folder.join("closed/file"), Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(folder.join("closed"), Permissions::from_mode(0o500)).unwrap();
    for (file, why) in [
        ("missing/audit.jsonl", "No such file or directory"),
        ("file/audit.jsonl", "Not a directory"),
        ("closed", "Is a directory"),
        ("closed/audit.jsonl", "Permission denied"),
        ("closed/file", "Permission denied"),
    ] {
        let errors = ["check-config", "serve"].map(|command| {
            // In a user namespace without users, where root has no rights on files but those of their modes.
            let mut confined = Command::new("unshare");
            let command = with(file).command(&[command]);
            confined.arg("--user").arg(command.get_program()).args(command.get_args()).current_dir(&folder);
            confined.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            let exit = run_to_exit(&mut confined, LIMIT);
            assert_eq!(exit.code, Some(2), "{file}: {}\n{}", exit.stdout, exit.stderr);
            exit.stderr.split_once("log.audit_file: ").expect("the setting").1.to_owned()
        });
        let expected = format!("cannot open {file:?}: {why}");
        assert!(errors.iter().all(|error| error.replace("\\\"", "\"").starts_with(&expected)), "{errors:?}");
    }
    let _ = with("audit.jsonl").run(&["check-config"]).success();
    assert!(!folder.join("audit.jsonl").exists(), "the check creates no file");
    let _ = with("file").run(&["check-config"]).success();
}

#[test]
fn port_and_host_of_hosting_providers_are_read() {
    let environment = Database::Sqlite.with_secret().unset("TASKNOOK_SERVER__PORT").set("PORT", "0");
    let service = environment.clone().set("HOST", "127.0.0.2").serve();
    assert!(service.address().starts_with("127.0.0.2:"), "{}", service.address());
    assert!(!service.address().ends_with(":8000"), "{}", service.address());
    service.stop();
    let service = environment.set("HOST", "some-machine").serve();
    assert!(service.address().starts_with("127.0.0.1:"), "{}", service.address());
    let _ = logged(&service, &["HOST is ignored"]);
    service.stop();
}

#[test]
fn an_unread_env_file_is_named() {
    let environment = Environment::new();
    let text = format!("BETTER_AUTH_URL=https://app.example\nBETTER_AUTH_SECRET={}\n", BetterAuth::SECRET);
    fs::write(environment.folder().join(".env"), text).unwrap();
    let error = config_error(&environment, "check-config");
    for part in ["no trust anchor", ".env", "BETTER_AUTH_SECRET, BETTER_AUTH_URL", "not read"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    assert!(!error.contains(BetterAuth::SECRET), "{error}");
    let environment =
        environment.set("BETTER_AUTH_SECRET", BetterAuth::SECRET).set("DATABASE_URL", "sqlite://x.db");
    let service = environment.serve();
    let _ = logged(&service, &[".env", "BETTER_AUTH_URL", "not read"]);
    service.stop();
}

#[test]
fn options_of_the_address_belong_to_commands_that_use_it() {
    let environment = Environment::new();
    for (command, uses) in [
        ("serve", true),
        ("healthcheck", true),
        ("migrate", false),
        ("token", false),
        ("check-config", false),
    ] {
        let help = environment.run(&[command, "--help"]).success().stdout;
        assert_eq!(help.contains("--port"), uses, "{help}");
    }
    assert!(environment.run(&["--help"]).success().stdout.contains("--port"));
    let exit = Database::Sqlite.with_secret().run(&["healthcheck", "--port", "1"]);
    assert!(exit.stderr.contains("127.0.0.1:1"), "{}", exit.stderr);
}

#[test]
fn derived_values_of_the_key_set_are_shown() {
    let url = "http://127.0.0.1:9";
    let environment = Database::Sqlite.environment().set("BETTER_AUTH_URL", format!("{url}/"));
    let expected = format!("key set {url}/api/auth/jwks: issuers [\"{url}\"], audiences [\"{url}\"]");
    let shown = environment.run(&["check-config"]).success().stdout;
    assert!(shown.contains(&format!("# {expected}")), "{shown}");
    let (output, _) = verify(&environment, "a.b.c");
    assert!(output.contains(&expected), "{output}");
    let service = environment.serve();
    assert_eq!(logged(&service, &["accepting tokens"])["trust_anchor"], expected);
    let failure = logged(&service, &["cannot fetch the key set"]);
    assert_eq!(failure["url"], format!("{url}/api/auth/jwks"));
    service.stop();
}

#[test]
fn http_to_another_host_names_its_setting() {
    let environment = Database::Sqlite.environment().set("BETTER_AUTH_URL", "http://web:3000");
    let error = config_error(&environment, "check-config");
    for part in ["BETTER_AUTH_URL", "auth.jwks_allow_http = true", "TASKNOOK_AUTH__JWKS_ALLOW_HTTP"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    let exit = environment.clone().set("TASKNOOK_AUTH__JWKS_ALLOW_HTTP", "true").run(&["check-config"]);
    assert_eq!(exit.code, Some(0), "{}", exit.stderr);
    let proxy =
        environment.set("TASKNOOK_AUTH__JWKS_ALLOW_HTTP", "true").set("TASKNOOK_AUTH__JWKS_PROXY", "proxy");
    assert!(config_error(&proxy, "check-config").contains("auth.jwks_proxy: "));
}

#[test]
fn tokens_of_the_missing_trust_anchor_name_its_variable() {
    let better_auth = BetterAuth::start(Mode::Default);
    let alice = better_auth.sign_up("alice");
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let client = service.client();
    let _ = client.with_token(&alice.token).get("/api/tasks").expect(401);
    let line = logged(&service, &["rejected a token", "unsupported_algorithm"]);
    assert!(line["hint"].as_str().unwrap().contains("BETTER_AUTH_URL"), "{line}");
    let (output, _) = verify(&environment, &alice.token);
    assert!(output.contains("Hint: no key set is configured: set BETTER_AUTH_URL"), "{output}");

    for (token, reason, part) in [
        (alice.session_token.as_str(), "session_cookie", "session cookie"),
        (alice.session_token.split('.').next().unwrap(), "session_token", "session token"),
        ("undefined", "placeholder_token", "\"undefined\""),
        ("null", "placeholder_token", "\"null\""),
        ("[object Object]", "placeholder_token", "\"[object Object]\""),
    ] {
        let problem = client.with_token(token).get("/api/tasks").expect(401).json();
        assert_eq!(problem["code"], "invalid_token");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(part) && detail.contains("token"), "{detail}");
        let line = logged(&service, &["rejected a token", reason, &part.replace('"', "\\\"")]);
        assert_eq!(line["reason"], reason);
    }
    service.stop();
}

#[test]
fn the_longest_lifetime_of_a_token_is_a_setting() {
    let environment = Database::Sqlite.with_secret();
    let year = environment.run(&["token", "--user", "alice", "--expires-in", "34560000"]).success().stdout;
    for (seconds, status) in [("31622400", 401), ("35000000", 200)] {
        let environment = environment.clone().set("TASKNOOK_AUTH__MAX_TOKEN_LIFETIME_SECONDS", seconds);
        let service = environment.serve();
        let _ = service.client().with_token(year.trim()).get("/api/tasks").expect(status);
        if status == 401 {
            let line = logged(&service, &["lives_too_long"]);
            assert!(line["hint"].as_str().unwrap().contains("auth.max_token_lifetime_seconds"), "{line}");
        }
        service.stop();
    }
}

#[test]
fn problems_of_requests_are_explained() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let detail = |body: &[u8]| {
        let request = alice.request("POST", "/api/tasks").header("Content-Type", "application/json");
        request.body(body).send().expect(400).json()["detail"].as_str().unwrap().to_owned()
    };
    assert!(detail(b"").contains("empty"));
    assert!(detail(b"\xef\xbb\xbf{}").contains("byte-order mark"));
    assert!(detail(b"\xff\xfe{\0}\0").contains("UTF-16"));
    assert!(detail(b"{'title':'a'}").contains("line 1, column 2"));
    let request = alice.request("POST", "/api/tasks").header("Content-Type", "application/json");
    let _ = request.body(r#"{"title":"a","x":1e400}"#).send().expect(201);
    let unknown = alice.get("/api/v2/nothing/here").expect(404).json();
    assert!(unknown["detail"].as_str().unwrap().contains("/api/{user_id}/tasks"), "{unknown}");
    let foreign = alice.get("/api/bob/tasks").expect(403).text();
    assert!(!foreign.to_lowercase().contains("token"), "{foreign}");
    service.stop();
}

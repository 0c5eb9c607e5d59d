use std::ffi::OsString;

use secrecy::ExposeSecret;

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn read(environment: &[(&str, &str)], set: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value)));
    let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let settings = sources::read(&Overrides { file: None, set }, environment)?;
    settings.check()?;
    Ok(settings)
}

fn error(environment: &[(&str, &str)], set: &[(&str, &str)]) -> String {
    read(environment, set).expect_err("an error").to_string()
}

#[test]
fn defaults_need_only_a_trust_anchor() {
    assert!(error(&[], &[]).contains("no trust anchor"));
    let settings = read(&[("BETTER_AUTH_SECRET", SECRET)], &[]).unwrap();
    assert_eq!((settings.server.port, settings.database.url.as_str()), (8000, "sqlite://data/tasknook.db"));
}

#[test]
fn command_line_overrides_environment() {
    let environment = [
        ("BETTER_AUTH_SECRET", SECRET),
        ("DATABASE_URL", "sqlite://a"),
        ("TASKNOOK_DATABASE__URL", "sqlite://b"),
    ];
    assert_eq!(read(&environment, &[]).unwrap().database.url, "sqlite://b");
    assert_eq!(read(&environment, &[("database.url", "sqlite://c")]).unwrap().database.url, "sqlite://c");
}

#[test]
fn environment_values_are_parsed_by_type() {
    let environment = [
        ("BETTER_AUTH_SECRET", SECRET),
        ("TASKNOOK_CORS__ORIGINS", "https://a.example, http://localhost:3000,"),
        ("TASKNOOK_SERVER__PORT", "0"),
        ("TASKNOOK_TASKS__DELETE_RETURNS_BODY", "true"),
    ];
    let settings = read(&environment, &[]).unwrap();
    assert_eq!(settings.cors.origins, ["https://a.example", "http://localhost:3000"]);
    assert_eq!((settings.server.port, settings.tasks.delete_returns_body), (0, true));
}

#[test]
fn secrets_are_unchanged_and_in_order() {
    let digits = "01230123012301230123012301230123";
    let environment = [("BETTER_AUTH_SECRETS", "2:1e5:x, 1:old"), ("BETTER_AUTH_SECRET", digits)];
    let settings = read(&environment, &[]).unwrap();
    let secrets: Vec<&str> = settings.auth.secrets.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["1e5:x", "old", digits]);
    assert!(error(&[("BETTER_AUTH_SECRETS", SECRET)], &[]).starts_with("BETTER_AUTH_SECRETS: "));
}

#[test]
fn unknown_keys_are_rejected_by_name() {
    assert!(error(&[("TASKNOOK_SERVER__PROT", "1")], &[]).starts_with("server.prot: unknown setting"));
    assert!(error(&[], &[("auth.nope", "1")]).starts_with("auth.nope: "));
    assert!(error(&[("TASKNOOK_SERVER_PORT", "1")], &[]).contains("TASKNOOK_SERVER__PORT"));
}

#[test]
fn variables_of_other_programs_are_ignored() {
    let environment = [
        ("BETTER_AUTH_SECRET", SECRET),
        ("TASKNOOK_PORT", "tcp://10.0.0.1:80"),
        ("TASKNOOK_SERVICE_HOST", "10.0.0.1"),
        ("TASKNOOK_SERVER_PORT", "tcp://10.0.0.1:80"),
    ];
    assert!(read(&environment, &[]).is_ok());
}

#[test]
fn invalid_values_are_rejected_with_their_key() {
    let with = |key, value| error(&[("BETTER_AUTH_SECRET", SECRET)], &[(key, value)]);
    assert!(with("server.port", "http").contains("server.port"));
    for number in ["80.7", "true", "on", "-1", "1e3", ""] {
        assert_eq!(with("server.port", number), "server.port: must be a non-negative integer", "{number}");
    }
    assert!(with("cors.credentials", "1").starts_with("cors.credentials: must be true or false"));
    assert!(with("auth.user_id_claim", "exp").starts_with("auth.user_id_claim: "));
    assert!(
        with("limits.body_timeout_seconds", "15")
            .starts_with("limits.body_timeout_seconds: must be at most 14")
    );
    for level in ["verbose", "warning,info", "info,=x="] {
        assert!(with("log.level", level).starts_with("log.level: "), "{level}");
    }
    assert!(with("metrics.address", "9100").starts_with("metrics.address: "));
    for collector in ["127.0.0.1:4318", "https://collector.example", "collector"] {
        assert!(
            with("tracing.otlp_endpoint", collector).starts_with("tracing.otlp_endpoint: "),
            "{collector}"
        );
    }
    assert!(with("tracing.sample_percent", "101").contains("at most 100"));
    assert!(with("server.port", "70000").contains("server.port"));
    assert!(with("log.format", "xml").contains("log.format"));
    assert!(with("database.startup_timeout_seconds", "3601").contains("at most 3600"));
    assert!(with("auth.leeway_seconds", "301").starts_with("auth.leeway_seconds: "));
    assert!(with("cors.origins", "*").starts_with("cors.origins: "));
    assert!(with("cors.origins", "https://a.example/").starts_with("cors.origins: "));
    assert!(with("limits.max_body_bytes", "0").starts_with("limits.max_body_bytes: "));
}

#[test]
fn log_directives_may_name_modules() {
    for level in ["info", "warn,actix_web=debug", "info,[request]=trace"] {
        assert!(read(&[("BETTER_AUTH_SECRET", SECRET)], &[("log.level", level)]).is_ok(), "{level}");
    }
}

#[test]
fn masked_configuration_contains_no_secret() {
    let environment = [("BETTER_AUTH_SECRET", SECRET), ("DATABASE_URL", "postgres://u:hunter2@h/d")];
    let shown = masked(&read(&environment, &[]).unwrap());
    assert!(!shown.contains(SECRET) && !shown.contains("hunter2"));
    assert!(shown.contains("auth.secrets = [\"********\"]\n") && shown.contains("server.port = 8000\n"));
}

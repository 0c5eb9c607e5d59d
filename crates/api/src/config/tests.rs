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
fn quotes_and_blanks_are_named_by_variable() {
    let url = format!("\"{}\"", "https://app.example");
    let quoted = format!("'{SECRET}'");
    for (name, value, kept, warned) in [
        ("BETTER_AUTH_URL", url.as_str(), "https://app.example", true),
        ("BETTER_AUTH_URL", "https://app.example\r\n", "https://app.example", true),
        ("BETTER_AUTH_URL", "https://app.example", "https://app.example", false),
        ("TASKNOOK_AUTH__BETTER_AUTH_URL", " https://app.example", "https://app.example", true),
    ] {
        let settings = read(&[(name, value)], &[]).unwrap();
        assert_eq!(settings.auth.better_auth_url, kept, "{value:?}");
        assert_eq!(settings.warnings.iter().any(|warning| warning.starts_with(name)), warned, "{value:?}");
    }
    for value in [quoted.as_str(), &format!("{SECRET}\n"), &format!(" {SECRET}"), &format!("{SECRET}\r")] {
        let settings = read(&[("BETTER_AUTH_SECRET", value)], &[]).unwrap();
        assert_eq!(settings.auth.secrets[0].expose_secret(), value, "Better Auth uses it as it is, too");
        let [warning] = settings.warnings.as_slice() else { panic!("{:?}", settings.warnings) };
        assert!(
            warning.starts_with("BETTER_AUTH_SECRET has quotes") && !warning.contains(SECRET),
            "{warning}"
        );
        let bare = settings.with_bare_secrets().unwrap();
        assert_eq!(bare.auth.secrets[0].expose_secret(), SECRET);
    }
    assert!(read(&[("BETTER_AUTH_SECRET", SECRET)], &[]).unwrap().warnings.is_empty());
    let list = error(&[("BETTER_AUTH_SECRETS", "\"2:new,1:old\"")], &[]);
    assert!(list.starts_with("BETTER_AUTH_SECRETS: ") && list.contains("quotes"), "{list}");
}

#[test]
fn an_empty_database_url_is_rejected() {
    let environment = [("BETTER_AUTH_SECRET", SECRET), ("DATABASE_URL", "")];
    assert!(error(&environment, &[]).starts_with("DATABASE_URL: is empty"));
    let environment = [("BETTER_AUTH_SECRET", SECRET), ("BETTER_AUTH_URL", "")];
    assert!(read(&environment, &[]).is_ok());
}

#[test]
fn port_and_host_are_overridden_by_the_specific_variables() {
    let with = |variables: &[(&str, &str)]| {
        let environment = [&[("BETTER_AUTH_SECRET", SECRET)], variables].concat();
        let server = read(&environment, &[]).unwrap();
        (server.server.host, server.server.port, server.warnings.len())
    };
    assert_eq!(with(&[("PORT", "45678"), ("HOST", "0.0.0.0")]), ("0.0.0.0".into(), 45678, 0));
    assert_eq!(with(&[("HOST", "[::]")]), ("::".into(), 8000, 0));
    assert_eq!(with(&[("HOST", "[::1")]), ("127.0.0.1".into(), 8000, 1));
    assert_eq!(with(&[("TASKNOOK_SERVER__HOST", "[::1]")]), ("::1".into(), 8000, 0));
    assert_eq!(with(&[("PORT", "1"), ("TASKNOOK_SERVER__PORT", "2")]), ("127.0.0.1".into(), 2, 0));
    assert_eq!(with(&[("HOST", "x86_64-conda-linux-gnu")]), ("127.0.0.1".into(), 8000, 1));
    assert_eq!(error(&[("PORT", "http")], &[]), "PORT: must be a port number");
}

#[test]
fn secrets_and_urls_can_be_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let secret = file("secret", &format!("{SECRET}\n"));
    let database = file("DATABASE_URL", "sqlite://from-a-credential.db\r\n");
    let folder = folder.path().display().to_string();
    let environment =
        [("BETTER_AUTH_SECRET_FILE", secret.as_str()), ("CREDENTIALS_DIRECTORY", folder.as_str())];
    let settings = read(&environment, &[]).unwrap();
    assert_eq!(settings.auth.secrets[0].expose_secret(), SECRET);
    assert_eq!(settings.database.url, "sqlite://from-a-credential.db");
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
    let environment =
        [("BETTER_AUTH_SECRET_FILE", secret.as_str()), ("DATABASE_URL_FILE", database.as_str())];
    assert_eq!(read(&environment, &[]).unwrap().database.url, "sqlite://from-a-credential.db");
    let both = [("BETTER_AUTH_SECRET_FILE", secret.as_str()), ("BETTER_AUTH_SECRET", SECRET)];
    assert_eq!(error(&both, &[]), "BETTER_AUTH_SECRET: is set together with BETTER_AUTH_SECRET_FILE");
    let missing = error(&[("DATABASE_URL_FILE", "/no/such/file")], &[]);
    assert!(missing.starts_with("DATABASE_URL_FILE: cannot read /no/such/file"), "{missing}");
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
    assert_eq!(with("events.heartbeat_seconds", "301"), "events.heartbeat_seconds: must be at most 300");
    for key in ["events.heartbeat_seconds", "events.max_streams", "events.max_streams_per_owner"] {
        assert_eq!(with(key, "0"), format!("{key}: must be at least 1"));
    }
    for level in [
        "verbose",
        "warning,info",
        "=x=",
        "[request]=trace",
        "a{b}=info",
        "/x=debug",
        "*=info",
        "=debug",
        "a=",
        "",
        ",",
    ] {
        assert!(with("log.level", level).starts_with("log.level: "), "{level}");
    }
    for address in ["9100", ":9100", "127.0.0.1:70000"] {
        assert!(with("metrics.address", address).starts_with("metrics.address: "), "{address}");
    }
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
    assert!(with("events.poll_seconds", "0").starts_with("events.poll_seconds: "));
    assert!(with("events.poll_seconds", "61").starts_with("events.poll_seconds: "));
    assert!(with("auth.leeway_seconds", "301").starts_with("auth.leeway_seconds: "));
    assert!(with("cors.origins", "https://app.*").starts_with("cors.origins: "));
    assert!(with("auth.max_token_lifetime_seconds", "0").starts_with("auth.max_token_lifetime_seconds: "));
    for url in [
        "example.com/backend",
        "ftp://a.example",
        "https://a.example/?b",
        "https://u@a.example",
        "https://A.example",
    ] {
        assert!(with("server.public_url", url).starts_with("server.public_url: "), "{url}");
    }
    assert!(with("tls.key_file", "key.pem").starts_with("tls.certificate_file: "));
    assert!(with("tls.certificate_file", "certificate.pem").starts_with("tls.key_file: "));
    assert!(with("cors.origins", "*").starts_with("cors.origins: "));
    assert!(with("cors.origins", "https://a.example/").starts_with("cors.origins: "));
    for key in ["server.header_timeout_seconds", "server.write_timeout_seconds"] {
        assert!(with(key, "0").starts_with(key));
        assert!(with(key, "3601").starts_with(key));
    }
    assert!(with("server.drain_delay_seconds", "3601").starts_with("server.drain_delay_seconds: "));
    assert!(with("limits.max_unsent_bytes", "0").starts_with("limits.max_unsent_bytes: "));
    assert!(
        with("server.trusted_proxies", "10.0.0.0/8,proxy").starts_with("server.trusted_proxies: \"proxy\"")
    );
    assert!(with("server.client_address_header", "x-real-ip").contains("client_address_header"));
    assert!(with("limits.burst", "0").starts_with("limits.burst: must be at least 1"));
    let quota = with("limits.tasks_per_owner", "1000000001");
    assert!(quota.starts_with("limits.tasks_per_owner: must be at most 1000000000"), "{quota}");
    assert!(with("limits.requests_per_second", "1000001").contains("at most 1000000"));
    assert!(with("limits.max_body_bytes", "0").starts_with("limits.max_body_bytes: "));
}

#[test]
fn log_directives_may_name_modules() {
    for level in ["info", "warn,actix_web=debug", "off, tasknook=trace"] {
        assert!(read(&[("BETTER_AUTH_SECRET", SECRET)], &[("log.level", level)]).is_ok(), "{level}");
    }
}

#[test]
fn masked_configuration_contains_no_secret() {
    let environment = [
        ("BETTER_AUTH_SECRET", SECRET),
        ("DATABASE_URL", "postgres://u:hunter2@h/d"),
        ("DATABASE_LISTEN_URL", "postgres://u:hunter2@h:5433/d"),
    ];
    let shown = masked(&read(&environment, &[]).unwrap());
    assert!(!shown.contains(SECRET) && !shown.contains("hunter2"));
    assert!(shown.contains("auth.secrets = [\"********\"]\n") && shown.contains("server.port = 8000\n"));
}

//! TLS to the database, by libpq's `sslmode`.

use serde_json::json;
use tasknook_tests::{BetterAuth, Environment, Postgres};

use crate::database::caller;

fn environment(url: &str, parameters: &str) -> Environment {
    Environment::new()
        .set("DATABASE_URL", format!("{url}?{parameters}"))
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
}

#[test]
fn tls_only_database_is_reached_over_tls() {
    let server = Postgres::start_encrypted();
    let url = server.create_database();
    let root = server.certificate();
    for parameters in ["sslmode=require", &format!("sslmode=verify-full&sslrootcert={}", root.display())] {
        let environment = environment(&url, parameters);
        let service = environment.serve();
        let _ =
            caller(&environment, &service, "alice").post("/api/tasks", &json!({"title": "x"})).expect(201);
        let clear = "select count(*) filter (where not ssl), count(*) > 1 from pg_stat_ssl join pg_stat_activity \
                     using (pid) where backend_type = 'client backend'";
        assert_eq!(server.query(&url, clear), "0|t", "every connection is encrypted");
        service.stop();
    }
}

#[test]
fn wrong_certificate_is_rejected() {
    let (server, other) = (Postgres::start_encrypted(), Postgres::start_encrypted());
    let url = server.create_database();
    for mode in ["verify-ca", "verify-full"] {
        let parameters = format!("sslmode={mode}&sslrootcert={}", other.certificate().display());
        let exit = environment(&url, &parameters).run(&["migrate"]);
        assert!(matches!(exit.code, Some(1 | 2)), "{mode}\n{}", exit.stderr);
        assert!(exit.stderr.contains("certificate"), "{mode}\n{}", exit.stderr);
    }
    assert_eq!(server.query(&url, "select count(*) from pg_tables where schemaname = 'public'"), "0");
}

#[test]
fn sslmode_disable_is_honoured() {
    let server = Postgres::start_encrypted();
    let exit = environment(&server.create_database(), "sslmode=disable").run(&["migrate"]);
    assert!(matches!(exit.code, Some(1 | 2)), "the server requires TLS\n{}", exit.stderr);
}

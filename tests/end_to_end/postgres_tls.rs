//! TLS to the database, with what libpq calls `sslmode`.

use serde_json::json;
use tasknook_tests::{BetterAuth, Environment, Postgres};

use crate::database::caller;

fn environment(url: &str, parameters: &str) -> Environment {
    Environment::new()
        .set("DATABASE_URL", format!("{url}?{parameters}"))
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
}

#[test]
fn a_database_that_admits_nobody_in_clear_is_reached_over_tls() {
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
fn a_database_with_anothers_certificate_is_refused() {
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
fn a_mode_without_tls_is_honoured() {
    let server = Postgres::start_encrypted();
    let exit = environment(&server.create_database(), "sslmode=disable").run(&["migrate"]);
    assert!(matches!(exit.code, Some(1 | 2)), "the server admits nobody in clear\n{}", exit.stderr);
}

//! Instances that are replaced under traffic, by themselves and by another version: no request fails, and every
//! acknowledged write is there once.

use std::env;

use tasknook_tests::{Environment, Service, short_or_soak};

use crate::database::{Database, caller, execute, on_both_databases};
use traffic::under_traffic;

mod balancer;
mod traffic;

on_both_databases! {
    a_database_of_0_1_0_is_upgraded_under_traffic
}

#[test]
fn rolling_restarts_under_traffic_fail_no_request() {
    let environment = Database::Postgres.with_secret().set("TASKNOOK_SERVER__DRAIN_DELAY_SECONDS", "5");
    let restarts = short_or_soak(4, 20);
    let first = vec![environment.serve(), environment.serve()];
    let (last, responses) = under_traffic(&environment, first, |traffic, mut services| {
        for _ in 0..restarts {
            traffic.goes_on();
            let oldest = services.remove(0);
            let address = oldest.address().to_owned();
            oldest.stop();
            traffic.balancer().remove(&address);
            traffic.goes_on();
            let started = environment.serve();
            traffic.balancer().add(&started);
            services.push(started);
        }
        services
    });
    println!("{restarts} restarts, {responses} responses, no failure");
    last.into_iter().for_each(Service::stop);
}

/// With `TASKNOOK_PREVIOUS_BINARY` a binary of 0.1.0 serves until this version has migrated its database. Without it,
/// the database is as 0.1.0 left it, and its next service joins under traffic.
#[expect(clippy::print_stdout, reason = "shows how much was done")]
fn a_database_of_0_1_0_is_upgraded_under_traffic(database: Database) {
    let previous = env::var_os("TASKNOOK_PREVIOUS_BINARY");
    let mut responses = 0;
    let rounds = short_or_soak(1, 5);
    for _ in 0..rounds {
        let environment = database.with_secret();
        let stored = left_by_0_1_0(database, &environment);
        let first = match &previous {
            Some(binary) => previous_version(&environment).of(binary).serve(),
            None => environment.serve(),
        };
        let (last, round) = under_traffic(&environment, vec![first], |traffic, mut services| {
            traffic.goes_on();
            let new = environment.serve();
            assert!(previous.is_none() || new.log().text().contains("applied migration"), "{}", new.log());
            traffic.goes_on();
            traffic.balancer().add(&new);
            traffic.goes_on();
            // The previous version has no delay of its shutdown: it leaves the balancer before the signal.
            let old = services.remove(0);
            traffic.balancer().remove(old.address());
            old.stop();
            traffic.goes_on();
            vec![new]
        });
        let counted =
            caller(&environment, &last[0], "keeper").get("/api/tasks?limit=1&count=true").expect(200);
        assert_eq!(counted.header("x-total-count"), Some(stored.to_string().as_str()));
        last.into_iter().for_each(Service::stop);
        let _ = environment.run(&["doctor"]).success();
        responses += round;
    }
    let old = if previous.is_some() { "the previous binary" } else { "its database" };
    println!("{rounds} upgrades of {old}, {responses} responses, no failure");
}

/// The environment without the settings that 0.1.0 does not have.
fn previous_version(environment: &Environment) -> Environment {
    environment.clone().with_default_limits().unset("TASKNOOK_SERVER__DRAIN_DELAY_SECONDS")
}

const POSTGRES: &str = include_str!("../../migrations/postgres/2026-11-21-000001_create_tasks/up.sql");
const SQLITE: &str = include_str!("../../migrations/sqlite/2026-11-21-000001_create_tasks/up.sql");

/// The schema and the rows of 0.1.0, a quarter of them of deleted tasks. Returns the number of the other tasks.
fn left_by_0_1_0(database: Database, environment: &Environment) -> usize {
    let rows = short_or_soak(2_000, 100_000);
    let live = rows - rows / 4;
    let owner =
        format!("insert into owners (owner_id, revision, live_tasks) values ('keeper', {rows}, {live})");
    let columns = "owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at";
    let (schema, history, numbers, id, separator, moment, completed, statistics) = match database {
        Database::Postgres => (
            POSTGRES,
            "version varchar(50) primary key not null, run_on timestamp not null default current_timestamp",
            format!("select n from generate_series(1, {rows}) as n"),
            "md5(n::text)::uuid",
            "chr(31)",
            "timestamptz '2026-11-21T09:15:17.465Z'",
            "false",
            // As autovacuum leaves them.
            "analyze tasks",
        ),
        Database::Sqlite => (
            SQLITE,
            "version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP",
            format!(
                "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < {rows}) \
                 select n from numbers"
            ),
            "randomblob(16)",
            "char(31)",
            "1795252517465",
            "0",
            "",
        ),
    };
    let text = |live: &str| format!("case when n % 4 > 0 then {live} else '' end");
    let title = text("'kept ' || n");
    let search = text(&format!("'kept ' || n || {separator}"));
    execute(
        database,
        environment,
        &format!(
            "{schema}; create table __diesel_schema_migrations ({history});
             insert into __diesel_schema_migrations (version) values ('20261121000001'); {owner};
             insert into tasks ({columns}) select 'keeper', {id}, {title}, {completed}, {search}, {moment}, {moment}, n,
                 case when n % 4 > 0 then null else {moment} end from ({numbers}) as numbers;
             {statistics}"
        ),
    );
    live
}

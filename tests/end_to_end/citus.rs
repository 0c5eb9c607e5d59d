//! The real binary on Citus, if there is one.

use std::time::Duration;

use serde_json::json;
use tasknook_tests::{BetterAuth, Client, Environment, Mode, Postgres, citus_url, eventually};

use crate::database::caller;
use crate::every_route::check_every_route;
use crate::isolation::check_isolation;

const USERS: usize = 20;
const RECOVERY: Duration = Duration::from_secs(30);

/// One test, because a worker that is down is down for all.
#[test]
fn requests_are_served_on_citus() {
    let Some(url) = citus_url() else { return };
    let issuer = BetterAuth::start(Mode::SharedSecret);
    let environment = distributed(&url, "every_route").set("TASKNOOK_AUTH__ISSUERS", issuer.url());
    check_every_route(&issuer, &environment.set("TASKNOOK_AUTH__AUDIENCES", issuer.url()));
    check_isolation(distributed(&url, "isolation"));
    outages_of_a_worker_concern_its_users_alone(&url);
    outages_of_the_coordinator_concern_no_user(&url);
}

/// An environment with distributed tables in a new schema.
fn distributed(url: &str, schema: &str) -> Environment {
    let create = format!("drop schema if exists {schema} cascade; create schema {schema}");
    let _ = Postgres::shared().query(url, &format!("set client_min_messages = warning; {create}"));
    let url = format!("{url}?options=-csearch_path%3D{schema}");
    let environment =
        Environment::new().set("DATABASE_URL", url).set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let migrated = environment.run(&["migrate", "--distribute"]).success();
    assert!(migrated.stdout.contains("Distributed owners, tasks"), "{}", migrated.stdout);
    let again = environment.run(&["migrate", "--distribute"]).success();
    assert!(again.stdout.contains("The tables are distributed."), "{}", again.stdout);
    environment
}

/// A worker whose database accepts no connections.
fn outages_of_a_worker_concern_its_users_alone(url: &str) {
    let environment = distributed(url, "outage");
    let service = environment.serve();
    let callers: Vec<Client> =
        (0..USERS).map(|user| caller(&environment, &service, &format!("user-{user}"))).collect();
    let post = |client: &Client, title: &str| client.post("/api/tasks", &json!({"title": title})).status;
    assert!(callers.iter().all(|client| post(client, "before") == 201), "{}", service.log());

    let worker = Server::first_worker(url);
    worker.stop();
    let statuses: Vec<u16> = callers.iter().map(|client| post(client, "meanwhile")).collect();
    let reads: Vec<u16> = callers.iter().map(|client| client.get("/api/tasks").status).collect();
    worker.restart();
    let (served, unavailable): (Vec<u16>, Vec<u16>) = statuses.iter().partition(|status| **status == 201);
    assert!(!served.is_empty() && !unavailable.is_empty(), "{statuses:?}");
    assert!(unavailable.iter().all(|status| *status == 503), "{statuses:?}\n{}", service.log());
    for (write, read) in statuses.iter().zip(&reads) {
        assert_eq!(*write == 201, *read == 200, "{statuses:?} {reads:?}");
    }
    for (client, status) in callers.iter().zip(&statuses) {
        let resumed = eventually(RECOVERY, || (post(client, "after") == 201).then_some(()));
        assert!(resumed.is_some(), "{}", service.log());
        let tasks = client.get("/api/tasks").expect(200).json();
        let expected = if *status == 201 { 3 } else { 2 };
        assert_eq!(tasks.as_array().unwrap().len(), expected, "nothing acknowledged is lost or doubled");
    }
    service.stop();
}

/// A coordinator whose database accepts no connections, after the service has found the workers.
fn outages_of_the_coordinator_concern_no_user(url: &str) {
    let environment = distributed(url, "without_coordinator");
    let service = environment.serve();
    let callers: Vec<Client> =
        (0..USERS).map(|user| caller(&environment, &service, &format!("user-{user}"))).collect();
    let found = || (service.log().to_string().matches("are served by it directly").count() > 1).then_some(());
    assert!(eventually(RECOVERY, found).is_some(), "{}", service.log());

    let coordinator = Server::coordinator(url);
    coordinator.stop();
    let statuses: Vec<(u16, u16)> = callers
        .iter()
        .map(|client| {
            let post = client.post("/api/tasks", &json!({"title": "meanwhile"})).status;
            (post, client.get("/api/tasks").status)
        })
        .collect();
    let ready = service.client().get("/readyz").status;
    coordinator.restart();
    assert!(statuses.iter().all(|both| *both == (201, 200)), "{statuses:?}\n{}", service.log());
    assert_eq!(ready, 200, "every user is served");
    service.stop();
}

/// The database on a server.
struct Server {
    /// Its URL of another database.
    url: String,
    database: String,
}

impl Server {
    fn coordinator(url: &str) -> Self {
        let of_coordinator = "select nodename || ':' || nodeport from pg_dist_node where groupid = 0";
        Self::of(url, of_coordinator)
    }

    fn first_worker(url: &str) -> Self {
        let worker =
            "select nodename || ':' || nodeport from pg_dist_node where shouldhaveshards order by 1 limit 1";
        Self::of(url, worker)
    }

    fn of(url: &str, address: &str) -> Self {
        let server = Postgres::shared();
        let address = server.query(url, address);
        let database = server.query(url, "select current_database()");
        let (scheme, rest) = url.split_once("://").unwrap();
        let user = rest.rsplit_once('@').map(|(user, _)| format!("{user}@")).unwrap_or_default();
        Self { url: format!("{scheme}://{user}{address}/postgres"), database }
    }

    fn stop(&self) {
        let Self { url, database } = self;
        let _ = Postgres::shared().query(url, &format!("alter database {database} allow_connections false"));
        let end =
            format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'");
        let _ = Postgres::shared().query(url, &end);
    }

    fn restart(&self) {
        let Self { url, database } = self;
        let _ = Postgres::shared().query(url, &format!("alter database {database} allow_connections true"));
    }
}

//! The subjects of a measurement: the service, and what it is compared with.

use std::fmt::{self, Display};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use tasknook_tests::{Client, Environment, Listener, Service, eventually, folder};

use crate::context::{self, Context};
use crate::databases::Database;
use crate::dataset;
use crate::issuer::{Algorithm, ISSUER, SECRET};
use crate::load::Load;
use crate::peers::LISTENING;
use crate::{correctness, load, processes};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// The release build of the service.
    Service,
    /// One `web::block` and one row's statements for each request.
    Baseline,
    /// axum, and statements pipelined over a few connections.
    TokioPostgres,
    FastApi,
    /// A server that always sends the response of the service.
    StaticResponse,
    /// The same, once the token has been verified.
    VerifiedStaticResponse,
    /// The bare statements.
    Pgbench,
}

/// A running subject, with its database.
pub(crate) struct RunningSubject {
    server: Server,
    database: Option<Rc<Database>>,
}

enum Server {
    Service(Service),
    Listener(Listener),
    /// It is started for each load.
    Pgbench,
}

impl RunningSubject {
    /// Starts it, and checks that its responses are correct.
    ///
    /// # Panics
    /// When a response is wrong.
    pub(crate) fn start(context: &Context, subject: Subject, load: &Load) -> Self {
        if matches!(subject, Subject::StaticResponse | Subject::VerifiedStaticResponse) {
            return Self { server: static_response(context, subject, load), database: None };
        }
        let database = context.databases.of(context, subject, load);
        let server = match subject {
            Subject::Service => Server::Service(service(context, &database, load)),
            Subject::FastApi => Server::Listener(fastapi(context, &database, load)),
            Subject::Pgbench => Server::Pgbench,
            Subject::TokioPostgres => Server::Listener(own(&["tokio-postgres", &database.url])),
            _ => Server::Listener(own(&["baseline", &database.url])),
        };
        let running = Self { server, database: Some(database) };
        match running.client() {
            Some(client) => correctness::check(context, subject, &client, load),
            None => correctness::check_statement(context, running.database(), load),
        }
        running
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        match &self.server {
            Server::Service(service) => service.url(),
            Server::Listener(listener) => listener.url(),
            Server::Pgbench => "",
        }
    }

    /// The first of its processes.
    pub(crate) fn process(&self) -> Option<u32> {
        match &self.server {
            Server::Service(service) => Some(service.id()),
            Server::Listener(listener) => Some(listener.id()),
            Server::Pgbench => None,
        }
    }

    /// Waits until it rests: requests whose connections a load closed at its end may still be worked on, and are to
    /// slow neither its next load nor the next subject's.
    pub(crate) fn settle(&self) {
        if let Some(process) = self.process() {
            processes::settle(process);
        }
    }

    fn client(&self) -> Option<Client> {
        self.process().map(|_| Client::new(self.url()))
    }

    pub(crate) fn prepare(&self, context: &Context, load: &Load) {
        if let Some(database) = &self.database {
            database.prepare(context, load.work);
        }
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.as_deref().expect("this subject has a database")
    }
}

/// The service without a line in its log for each request: no other subject writes one either.
fn service(context: &Context, database: &Database, load: &Load) -> Service {
    let environment = Environment::new()
        .of(context::service())
        .set("DATABASE_URL", &database.url)
        .set("TASKNOOK_LOG__LEVEL", "warn,tasknook::server=info")
        .set("TASKNOOK_LOG__REQUESTS", "false");
    let environment =
        if load.keeps_lists { environment } else { environment.set("TASKNOOK_TASKS__LIST_CACHE_BYTES", "0") };
    let environment = match load.algorithm {
        Algorithm::Hs256 => environment.set("BETTER_AUTH_SECRET", SECRET),
        Algorithm::EdDsa => environment
            .set("TASKNOOK_AUTH__JWKS_URL", context.issuer.jwks_url())
            .set("TASKNOOK_AUTH__ISSUERS", ISSUER)
            .set("TASKNOOK_AUTH__AUDIENCES", ISSUER),
    };
    environment.serve()
}

/// As many workers as the service has, and no line for each request.
fn fastapi(context: &Context, database: &Database, load: &Load) -> Listener {
    let mut uvicorn = Command::new(context::python("uvicorn"));
    uvicorn
        .args([
            "app:app",
            "--port",
            "0",
            "--no-access-log",
            "--workers",
            &crate::machine::cores().to_string(),
        ])
        .current_dir(context::fastapi())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("DATABASE_URL", database.sqlalchemy_url());
    match load.algorithm {
        Algorithm::Hs256 => uvicorn.env("SECRET", SECRET),
        Algorithm::EdDsa => uvicorn.env("JWKS_URL", context.issuer.jwks_url()).env("AUDIENCE", ISSUER),
    };
    let listener = Listener::start(&mut uvicorn, "Uvicorn running on ");
    // The line is printed before its workers listen.
    let response = || listener.client().request("GET", "/").try_send().ok();
    assert!(eventually(Duration::from_secs(20), response).is_some(), "no worker of uvicorn responds");
    listener
}

/// A server that sends what the service responds to this load.
fn static_response(context: &Context, subject: Subject, load: &Load) -> Server {
    let database = context.databases.of(context, Subject::Service, load);
    let service = service(context, &database, load);
    let owner = dataset::owner(1);
    let token = context.issuer.token(load.algorithm, &owner);
    let path = match load.work {
        load::Work::List => format!("/api/{owner}/tasks?limit=50"),
        _ => format!("/api/{owner}/tasks/{}", load.dataset.id(1, 1)),
    };
    let response = service.client().with_token(&token).get(&path).expect(200);
    let file = folder("static-response").join("body.json");
    std::fs::write(&file, &response.body).unwrap();
    let kind =
        if subject == Subject::StaticResponse { "static-response" } else { "verified-static-response" };
    let listener = own(&[kind, file.to_str().unwrap()]);
    let same = Client::new(listener.url()).with_token(&token).get(&path).expect(200);
    assert_eq!(same.body, response.body);
    Server::Listener(listener)
}

/// A server of this program.
fn own(what: &[&str]) -> Listener {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("peer").args(what);
    Listener::start(&mut command, LISTENING)
}

impl Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "service",
            Self::Baseline => "baseline",
            Self::TokioPostgres => "axum + tokio-postgres",
            Self::FastApi => "FastAPI",
            Self::StaticResponse => "static response",
            Self::VerifiedStaticResponse => "static response, token verified",
            Self::Pgbench => "pgbench",
        })
    }
}

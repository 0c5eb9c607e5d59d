//! Those who answer a load.

use std::fmt::{self, Display};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use tasknook_tests::{Client, Environment, Listener, Service, eventually, folder};

use crate::databases::Database;
use crate::issuer::{Algorithm, ISSUER, SECRET};
use crate::load::Load;
use crate::serve::LISTENING;
use crate::set;
use crate::world::{self, World};
use crate::{answers, load, processes};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// The release build of the service.
    Service,
    /// One `web::block` and one row's statements a request.
    Plain,
    FastApi,
    /// A server that answers what the service answered, always.
    Constant,
    /// The same, once the token has been verified.
    VerifyingConstant,
    /// The bare statements.
    Pgbench,
}

/// A contender that runs, with its database.
pub(crate) struct Contender {
    server: Server,
    database: Option<Rc<Database>>,
}

enum Server {
    Service(Service),
    Listener(Listener),
    /// It is started for each load.
    Pgbench,
}

impl Contender {
    /// Starts it, and looks whether it gives the right answers.
    ///
    /// # Panics
    /// With the wrong answer.
    pub(crate) fn start(world: &World, who: Who, load: &Load) -> Self {
        if matches!(who, Who::Constant | Who::VerifyingConstant) {
            return Self { server: constant(world, who, load), database: None };
        }
        let database = world.databases.of(world, who, load);
        let server = match who {
            Who::Service => Server::Service(service(world, &database, load)),
            Who::FastApi => Server::Listener(fastapi(world, &database, load)),
            Who::Pgbench => Server::Pgbench,
            _ => Server::Listener(own(&["plain", &database.url])),
        };
        let contender = Self { server, database: Some(database) };
        match contender.client() {
            Some(client) => answers::check(world, who, &client, load),
            None => answers::check_statement(world, contender.database(), load),
        }
        contender
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
    /// slow neither its next load nor the next contender's.
    pub(crate) fn settle(&self) {
        if let Some(process) = self.process() {
            processes::settle(process);
        }
    }

    fn client(&self) -> Option<Client> {
        self.process().map(|_| Client::new(self.url()))
    }

    pub(crate) fn prepare(&self, world: &World, load: &Load) {
        if let Some(database) = &self.database {
            database.prepare(world, load.work);
        }
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.as_deref().expect("this contender has a database")
    }
}

/// The service without a line in its log for each request: no other contender writes one either.
fn service(world: &World, database: &Database, load: &Load) -> Service {
    let environment = Environment::new()
        .of(world::service())
        .set("DATABASE_URL", &database.url)
        .set("TASKNOOK_LOG__LEVEL", "warn,tasknook::server=info");
    let environment = match load.algorithm {
        Algorithm::Hs256 => environment.set("BETTER_AUTH_SECRET", SECRET),
        Algorithm::EdDsa => environment
            .set("TASKNOOK_AUTH__JWKS_URL", world.issuer.jwks_url())
            .set("TASKNOOK_AUTH__ISSUERS", ISSUER)
            .set("TASKNOOK_AUTH__AUDIENCES", ISSUER),
    };
    environment.serve()
}

/// As many workers as the service has, and no line for each request.
fn fastapi(world: &World, database: &Database, load: &Load) -> Listener {
    let mut uvicorn = Command::new(world::python("uvicorn"));
    uvicorn
        .args([
            "app:app",
            "--port",
            "0",
            "--no-access-log",
            "--workers",
            &crate::machine::cores().to_string(),
        ])
        .current_dir(world::fastapi())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("DATABASE_URL", database.sqlalchemy_url());
    match load.algorithm {
        Algorithm::Hs256 => uvicorn.env("SECRET", SECRET),
        Algorithm::EdDsa => uvicorn.env("JWKS_URL", world.issuer.jwks_url()).env("AUDIENCE", ISSUER),
    };
    let listener = Listener::start(&mut uvicorn, "Uvicorn running on ");
    // It says so before its workers listen.
    let answers = || listener.client().request("GET", "/").try_send().ok();
    assert!(eventually(Duration::from_secs(20), answers).is_some(), "no worker of uvicorn answers");
    listener
}

/// A constant of what the service answers to this load.
fn constant(world: &World, who: Who, load: &Load) -> Server {
    let database = world.databases.of(world, Who::Service, load);
    let service = service(world, &database, load);
    let owner = set::owner(1);
    let token = world.issuer.token(load.algorithm, &owner);
    let path = match load.work {
        load::Work::List => format!("/api/{owner}/tasks?limit=50"),
        _ => format!("/api/{owner}/tasks/{}", load.set.id(1, 1)),
    };
    let answer = service.client().with_token(&token).get(&path).expect(200);
    let file = folder("constant").join("body.json");
    std::fs::write(&file, &answer.body).unwrap();
    let kind = if who == Who::Constant { "constant" } else { "verifying-constant" };
    let listener = own(&[kind, file.to_str().unwrap()]);
    let same = Client::new(listener.url()).with_token(&token).get(&path).expect(200);
    assert_eq!(same.body, answer.body);
    Server::Listener(listener)
}

/// A server of this program.
fn own(what: &[&str]) -> Listener {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("serve").args(what);
    Listener::start(&mut command, LISTENING)
}

impl Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "service",
            Self::Plain => "plain way",
            Self::FastApi => "FastAPI",
            Self::Constant => "constant",
            Self::VerifyingConstant => "constant, token verified",
            Self::Pgbench => "pgbench",
        })
    }
}

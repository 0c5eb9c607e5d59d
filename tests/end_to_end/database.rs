//! The database that a test runs on.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tasknook_tests::{BetterAuth, Client, Environment, Postgres, Service};

/// The kind of database.
#[derive(Clone, Copy)]
pub(crate) enum Database {
    /// A file in the service's own folder.
    Sqlite,
    /// A database of the shared server.
    Postgres,
}

impl Database {
    /// An environment with a new, empty database and no trust anchor.
    pub(crate) fn environment(self) -> Environment {
        let environment = Environment::new();
        let url = self.url(environment.folder());
        environment.set("DATABASE_URL", url)
    }

    /// The URL of a new, empty database; a file in this folder.
    pub(crate) fn url(self, folder: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite://{}", folder.join("tasks.db").display()),
            Self::Postgres => Postgres::shared().create_database(),
        }
    }

    /// The same with a shared secret, so that the binary's own tokens are accepted.
    pub(crate) fn with_secret(self) -> Environment {
        self.environment().set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
    }
}

/// The URL of the environment's database.
pub(crate) fn url_of(environment: &Environment) -> String {
    let command = environment.command(&[]);
    let url = command.get_envs().find_map(|(name, value)| value.filter(|_| name == "DATABASE_URL"));
    url.unwrap().to_str().unwrap().to_owned()
}

/// Runs SQL on the environment's database, while the service runs.
pub(crate) fn execute(database: Database, environment: &Environment, sql: &str) {
    match database {
        Database::Sqlite => {
            let file = environment.folder().join("tasks.db");
            let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            connection.batch_execute(&format!("pragma busy_timeout = 20000; {sql}")).unwrap();
        }
        Database::Postgres => drop(Postgres::shared().query(&url_of(environment), sql)),
    }
}

/// A client with a token of the binary.
pub(crate) fn caller(environment: &Environment, service: &Service, user: &str) -> Client {
    service.client().with_token(&environment.token(user))
}

/// Defines two tests for a function that takes a [`Database`].
macro_rules! on_both_databases {
    ($($story:ident)*) => { $(
        mod $story {
            #[test]
            fn on_sqlite() {
                super::$story(crate::database::Database::Sqlite);
            }

            #[test]
            fn on_postgres() {
                super::$story(crate::database::Database::Postgres);
            }
        }
    )* };
}
pub(crate) use on_both_databases;

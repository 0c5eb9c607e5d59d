//! One database for each subject and each dataset, so that the rows of one do not slow another.

use std::cell::RefCell;
use std::collections::HashMap;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tasknook_tests::{Environment, folder, run_to_exit};

use crate::context::{self, Context};
use crate::dataset::Dataset;
use crate::fill;
use crate::load::{Engine, Load, Work};
use crate::subject::Subject;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Schema {
    /// The service's, from its migrations.
    Tasknook,
    FastApi,
}

pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) schema: Schema,
    engine: Engine,
    dataset: Dataset,
}

/// Room for the indexes, which are filled out of order. What is written here is on the disk before a load begins.
const FILLING: &str = "pragma busy_timeout = 5000; pragma cache_size = -1000000; pragma synchronous = off;";

type Key = (Subject, Engine, Dataset);

#[derive(Default)]
pub(crate) struct Databases {
    made: RefCell<HashMap<Key, Rc<Database>>>,
}

impl Databases {
    /// A subject's database with the load's dataset in it.
    pub(crate) fn of(&self, context: &Context, subject: Subject, load: &Load) -> Rc<Database> {
        let key = (subject, load.engine, load.dataset);
        let known = self.made.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let made = Rc::new(Database::make(context, subject, load));
            self.made.borrow_mut().insert(key, Rc::clone(&made));
            made
        })
    }
}

impl Database {
    fn make(context: &Context, subject: Subject, load: &Load) -> Self {
        let url = match load.engine {
            Engine::Postgres => context.postgres().create_database(),
            Engine::Sqlite => format!("sqlite://{}", folder("sqlite").join("tasks.db").display()),
        };
        let schema = if subject == Subject::FastApi { Schema::FastApi } else { Schema::Tasknook };
        let database = Self { url, schema, engine: load.engine, dataset: load.dataset };
        database.make_tables();
        for statement in fill::tasks(database.engine, schema, database.dataset) {
            database.execute(context, &statement);
        }
        database
    }

    fn make_tables(&self) {
        match self.schema {
            Schema::Tasknook => {
                let environment = Environment::new().of(context::service()).set("DATABASE_URL", &self.url);
                let _ = environment.run(&["migrate"]).success();
            }
            Schema::FastApi => {
                let mut python = Command::new(context::python("python"));
                python
                    .arg("app.py")
                    .current_dir(context::fastapi())
                    .env("DATABASE_URL", self.sqlalchemy_url());
                let _ = run_to_exit(&mut python, Duration::from_secs(20)).success();
            }
        }
    }

    /// The URL as the Python library reads it.
    pub(crate) fn sqlalchemy_url(&self) -> String {
        self.url.replacen("postgres://", "postgresql+psycopg://", 1)
    }

    /// Makes it as it was before the last load, so that each begins alike.
    pub(crate) fn prepare(&self, context: &Context, work: Work) {
        let cleaning = match work {
            Work::One | Work::List => Vec::new(),
            Work::Update => fill::vacuum(self.engine),
            Work::Create | Work::Bulk | Work::Mix => {
                fill::without_new_tasks(self.engine, self.schema, self.dataset)
            }
        };
        for statement in cleaning {
            self.execute(context, &statement);
        }
        let checkpoint = match self.engine {
            Engine::Postgres => "checkpoint",
            Engine::Sqlite => "pragma wal_checkpoint(truncate)",
        };
        self.execute(context, checkpoint);
        let _ = run_to_exit(&mut Command::new("sync"), Duration::from_mins(1)).success();
    }

    pub(crate) fn execute(&self, context: &Context, statement: &str) {
        match self.engine {
            Engine::Postgres => drop(context.postgres().query(&self.url, statement)),
            Engine::Sqlite => {
                let path = self.url.trim_start_matches("sqlite://");
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute(&format!("{FILLING} {statement}")).unwrap();
            }
        }
    }
}

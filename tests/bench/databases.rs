//! One database for each contender and each set of tasks, so that nobody's rows slow another.

use std::cell::RefCell;
use std::collections::HashMap;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tasknook_tests::{Environment, folder, run_to_exit};

use crate::contender::Who;
use crate::fill;
use crate::load::{Engine, Load, Work};
use crate::set::Set;
use crate::world::{self, World};

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
    set: Set,
}

/// Room for the indexes, which are filled out of order. What is written here is on the disk before a load begins.
const FILLING: &str = "pragma busy_timeout = 5000; pragma cache_size = -1000000; pragma synchronous = off;";

type Key = (Who, Engine, Set);

#[derive(Default)]
pub(crate) struct Databases {
    made: RefCell<HashMap<Key, Rc<Database>>>,
}

impl Databases {
    /// A contender's database with the load's set of tasks in it.
    pub(crate) fn of(&self, world: &World, who: Who, load: &Load) -> Rc<Database> {
        let key = (who, load.engine, load.set);
        let known = self.made.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let made = Rc::new(Database::make(world, who, load));
            self.made.borrow_mut().insert(key, Rc::clone(&made));
            made
        })
    }
}

impl Database {
    fn make(world: &World, who: Who, load: &Load) -> Self {
        let url = match load.engine {
            Engine::Postgres => world.postgres().create_database(),
            Engine::Sqlite => format!("sqlite://{}", folder("sqlite").join("tasks.db").display()),
        };
        let schema = if who == Who::FastApi { Schema::FastApi } else { Schema::Tasknook };
        let database = Self { url, schema, engine: load.engine, set: load.set };
        database.make_tables();
        for statement in fill::tasks(database.engine, schema, database.set) {
            database.execute(world, &statement);
        }
        database
    }

    fn make_tables(&self) {
        match self.schema {
            Schema::Tasknook => {
                let environment = Environment::new().of(world::service()).set("DATABASE_URL", &self.url);
                let _ = environment.run(&["migrate"]).success();
            }
            Schema::FastApi => {
                let mut python = Command::new(world::python("python"));
                python.arg("app.py").current_dir(world::fastapi()).env("DATABASE_URL", self.sqlalchemy_url());
                let _ = run_to_exit(&mut python, Duration::from_secs(20)).success();
            }
        }
    }

    /// The URL as the Python library reads it.
    pub(crate) fn sqlalchemy_url(&self) -> String {
        self.url.replacen("postgres://", "postgresql+psycopg://", 1)
    }

    /// Makes it as it was before the last load, so that each begins alike.
    pub(crate) fn prepare(&self, world: &World, work: Work) {
        let cleaning = match work {
            Work::One | Work::List => Vec::new(),
            Work::Update => fill::swept(self.engine),
            Work::Create | Work::Mix => fill::without_new_tasks(self.engine, self.schema, self.set),
        };
        for statement in cleaning {
            self.execute(world, &statement);
        }
        let checkpoint = match self.engine {
            Engine::Postgres => "checkpoint",
            Engine::Sqlite => "pragma wal_checkpoint(truncate)",
        };
        self.execute(world, checkpoint);
        let _ = run_to_exit(&mut Command::new("sync"), Duration::from_mins(1)).success();
    }

    pub(crate) fn execute(&self, world: &World, statement: &str) {
        match self.engine {
            Engine::Postgres => drop(world.postgres().query(&self.url, statement)),
            Engine::Sqlite => {
                let path = self.url.trim_start_matches("sqlite://");
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute(&format!("{FILLING} {statement}")).unwrap();
            }
        }
    }
}

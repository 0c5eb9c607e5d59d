//! Shared by all rows: the databases, the tokens, the programs.

use std::cell::OnceCell;
use std::env;
use std::path::{Path, PathBuf};

use tasknook_tests::Postgres;

use crate::databases::Databases;
use crate::issuer::Issuer;
use crate::options::Options;

pub(crate) struct Context {
    pub(crate) options: Options,
    pub(crate) issuer: Issuer,
    pub(crate) databases: Databases,
    postgres: OnceCell<Postgres>,
}

impl Context {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, issuer: Issuer::start(), databases: Databases::default(), postgres: OnceCell::new() }
    }

    /// The one server of all rows, as `initdb` makes it.
    pub(crate) fn postgres(&self) -> &Postgres {
        self.postgres.get_or_init(Postgres::start_durable)
    }
}

/// The release build of the service, in the same folder as this program.
pub(crate) fn service() -> PathBuf {
    let built = env::current_exe().unwrap().ancestors().nth(1).unwrap().join("tasknook");
    assert!(built.exists(), "{} is not built: `make bench` builds it", built.display());
    built
}

/// Where `make bench` has put Python and its packages.
pub(crate) fn python(program: &str) -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/bench/bin").join(program);
    assert!(installed.exists(), "{program} is not installed: `make bench` installs it");
    installed
}

/// The FastAPI implementation.
pub(crate) fn fastapi() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fastapi")
}

//! A real PostgreSQL in a temporary folder, from the installed server.
//!
//! ```no_run
//! let url = tasknook_tests::Postgres::shared().create_database();
//! ```
//!
//! It listens on the loopback only, without passwords, and does not sync, unless a measurement asks for
//! the cost of a sync: its data is not needed after the tests. Text sorts by the rules of English,
//! so that a statement that depends on the database's own order differs from SQLite.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cleanup;
use crate::process::{Exit, run_to_exit};
use installation::{Installation, LIMIT};
use kind::Kind;

mod auto_failover;
mod installation;
mod kind;
mod pooler;
mod standby;

pub use auto_failover::AutoFailover;
pub use pooler::Pooler;

/// A running server; stopped and removed when dropped, and in any case when the test process ends.
pub struct Postgres {
    installation: &'static Installation,
    folder: PathBuf,
    port: u16,
    databases: AtomicUsize,
    kind: Kind,
}

impl Postgres {
    /// The server that the tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A separate server, for a test that stops it.
    ///
    /// # Panics
    /// When no PostgreSQL is installed, with the command that installs it, or when it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_as(Kind::Unsynced)
    }

    /// A server that admits connections over TLS alone, with the certificate at [`Postgres::certificate`].
    ///
    /// # Panics
    /// As [`Postgres::start`], and when there is no `openssl` to make the certificate.
    #[must_use]
    pub fn start_encrypted() -> Self {
        Self::start_as(Kind::Encrypted)
    }

    /// A server as it is after `initdb`, but for the number of connections: a commit is on the disk when it is answered.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    #[must_use]
    pub fn start_durable() -> Self {
        Self::start_as(Kind::Durable)
    }

    /// A server whose messages are in German, unless a superuser sets another language.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    #[must_use]
    pub fn start_in_german() -> Self {
        Self::start_as(Kind::German)
    }

    fn start_as(kind: Kind) -> Self {
        let installation = Installation::found();
        let folder = cleanup::folder("postgres");
        installation.own(&folder);
        let mut arguments = vec!["-D", "data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"];
        if installation.major() >= 15 {
            arguments.extend(["--locale=C", "--locale-provider=icu", "--icu-locale=en"]);
        }
        let _ = installation.run(&folder, "initdb", &arguments).success();
        kind.prepare(installation, &folder);
        Self { installation, folder, port: 0, databases: AtomicUsize::new(0), kind }.launch_on_a_free_port()
    }

    fn launch_on_a_free_port(mut self) -> Self {
        // Another program can take the free port first; a second such chance in a row is not one.
        for attempt in 0..5 {
            self.port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            self.kind.configure(&self.data(), self.port);
            if self.launch() {
                return self;
            }
            assert!(attempt < 4, "PostgreSQL does not start\n{}", self.log());
        }
        self
    }

    fn launch(&self) -> bool {
        let arguments = ["-w", "-D", "data", "-l", "server.log", "start"];
        let program = self.installation.program("pg_ctl");
        let mut command = self.installation.command(&self.folder, &program, &arguments);
        // `LANGUAGE` would override the language of the settings.
        let command = command.envs(self.kind.locales(&self.folder)).env_remove("LANGUAGE");
        let exit = run_to_exit(command, LIMIT);
        if exit.code == Some(0) {
            cleanup::kill_on_exit(self.id(), "QUIT");
        }
        exit.code == Some(0)
    }

    /// Starts it again on the same port, after [`Postgres::stop`].
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub fn start_again(&self) {
        assert!(self.launch(), "PostgreSQL does not start again\n{}", self.log());
    }

    /// Starts it again as a hot standby, which can be read and never written, after [`Postgres::stop`].
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub fn start_again_as_standby(&self) {
        fs::write(self.data().join("standby.signal"), "").unwrap();
        self.start_again();
    }

    /// Stops it at once, cutting every connection; its data stay.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self) {
        let id = self.id();
        let arguments = ["-w", "-D", "data", "-m", "immediate", "stop"];
        let _ = self.installation.run(&self.folder, "pg_ctl", &arguments).success();
        cleanup::release(id);
    }

    /// Stops its processes: connections stay open or are accepted, without a response, as behind a network that drops
    /// every packet. [`Postgres::thaw`] continues them.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self) {
        // The parent first, so that no child is born meanwhile.
        cleanup::signal(self.id(), "STOP");
        self.each_child("STOP");
    }

    /// Continues it after [`Postgres::freeze`].
    ///
    /// # Panics
    /// When it does not run.
    pub fn thaw(&self) {
        self.each_child("CONT");
        cleanup::signal(self.id(), "CONT");
    }

    fn each_child(&self, signal: &str) {
        let id = self.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        children.split_whitespace().for_each(|child| {
            // A backend may have ended since the list was read.
            let _ = cleanup::kill(child.parse().unwrap(), signal);
        });
    }

    /// The URL of a new, empty database.
    ///
    /// # Panics
    /// When it cannot be created.
    #[must_use]
    pub fn create_database(&self) -> String {
        self.create_database_with(&[])
    }

    /// The same with arguments for `createdb`, as `--encoding=LATIN1`.
    ///
    /// # Panics
    /// When it cannot be created.
    #[must_use]
    pub fn create_database_with(&self, arguments: &[&str]) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let _ = self.client("createdb", &[arguments, &[&name]].concat()).success();
        format!("postgres://postgres@{}/{name}", self.address())
    }

    /// The result of a statement on a database of this server: a line per row, columns separated by `|`.
    ///
    /// # Panics
    /// When the statement fails.
    #[must_use]
    pub fn query(&self, url: &str, statement: &str) -> String {
        self.client("psql", &["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, url])
            .success()
            .stdout
    }

    /// Runs one of the installation's client programs against this server, for a minute at most.
    ///
    /// # Panics
    /// When it still runs then.
    #[must_use]
    pub fn client(&self, program: &str, arguments: &[&str]) -> Exit {
        let port = self.port.to_string();
        let mut all = vec!["-h", "localhost", "-p", &port, "-U", "postgres"];
        all.extend(arguments);
        self.installation.run(&self.folder, program, &all)
    }

    /// Host and port. With TLS the host is the name that the certificate bears.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}:{}", if self.kind == Kind::Encrypted { "localhost" } else { "127.0.0.1" }, self.port)
    }

    /// The certificate of an encrypted server, which is its own authority.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    /// The log of the server.
    ///
    /// # Panics
    /// When it has never been started.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join("server.log")).unwrap()).into_owned()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The number of its first process.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn id(&self) -> u32 {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        file.lines().next().and_then(|line| line.parse().ok()).unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            self.stop();
        }
        // The watcher removes what is left.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::eventually;

    #[test]
    fn databases_are_separate() {
        let server = Postgres::shared();
        let (one, two) = (server.create_database(), server.create_database());
        let _ = server.query(&one, "create table t (a int); insert into t values (7)");
        assert_eq!(server.query(&one, "select a from t"), "7");
        assert_eq!(server.query(&two, "select to_regclass('t') is null"), "t");
    }

    #[test]
    fn data_survives_a_restart() {
        let server = Postgres::start();
        let url = server.create_database();
        let _ = server.query(&url, "create table t (a int); insert into t values (7)");
        let _ = server.query(&url, "checkpoint");
        server.stop();
        server.start_again();
        assert_eq!(server.query(&url, "select a from t"), "7");
    }

    #[test]
    fn standby_is_in_recovery() {
        let server = Postgres::start();
        let url = server.create_database();
        server.stop();
        server.start_again_as_standby();
        assert_eq!(server.query(&url, "select pg_is_in_recovery()"), "t");
    }

    #[test]
    fn frozen_server_times_out() {
        let server = Postgres::start();
        let url = server.create_database();
        server.freeze();
        let silent = server.client("psql", &["-c", "select 1", &format!("{url}?connect_timeout=2")]);
        assert!(silent.stderr.contains("timeout expired"), "{}", silent.stderr);
        server.thaw();
        assert_eq!(server.query(&url, "select 1"), "1");
    }

    #[test]
    fn drop_removes_the_process_and_the_folder() {
        let server = Postgres::start();
        let (id, folder) = (server.id(), server.folder.clone());
        drop(server);
        assert!(!folder.exists());
        // It takes its name off the list before it is gone.
        let gone = || (!Path::new(&format!("/proc/{id}/exe")).exists()).then_some(());
        assert!(eventually(Duration::from_secs(5), gone).is_some());
    }

    #[test]
    fn durable_server_keeps_the_defaults_of_initdb() {
        let server = Postgres::start_durable();
        let shown = |setting| server.query(&server.create_database(), &format!("show {setting}"));
        assert_eq!(["fsync", "synchronous_commit", "full_page_writes"].map(shown), ["on", "on", "on"]);
    }

    #[test]
    fn german_server_has_german_messages() {
        let server = Postgres::start_in_german();
        let exit = server.client("psql", &["-c", "select 1/0", &server.create_database()]);
        assert!(exit.stderr.contains("Division durch Null"), "{}", exit.stderr);
    }

    #[test]
    fn encrypted_server_rejects_plain_connections() {
        let server = Postgres::start_encrypted();
        let url = server.create_database();
        let encrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
        assert_eq!(server.query(&format!("{url}?sslmode=require"), encrypted), "t");
        let clear = server.client("psql", &["-c", encrypted, &format!("{url}?sslmode=disable")]);
        assert_eq!(clear.code, Some(2), "{}", clear.stderr);
    }
}

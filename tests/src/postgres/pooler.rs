//! A real `PgBouncer` in front of a server, in transaction mode.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Postgres;
use crate::cleanup;
use crate::process::Running;

const START_LIMIT: Duration = Duration::from_secs(20);

const CONFIGURATION: &str = "
listen_addr = 127.0.0.1
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 200
";

/// A pooler that runs in the foreground with a configuration of its own; killed when dropped.
pub struct Pooler {
    _running: Running,
    port: u16,
}

impl Postgres {
    /// Starts a pooler before this server, with so many connections for each database.
    ///
    /// # Panics
    /// When no `PgBouncer` is installed, with the command that installs it, or when it does not start.
    #[must_use]
    pub fn pool(&self, connections: usize) -> Pooler {
        let folder = cleanup::folder("pgbouncer");
        self.installation.own(&folder);
        let program = installed();
        // Another program can take the free port first; a second such chance in a row is not one.
        for _ in 0..5 {
            let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let server = format!("* = host=127.0.0.1 port={} user=postgres", self.port);
            let pool = format!("listen_port = {port}\ndefault_pool_size = {connections}\n");
            let text = format!("[databases]\n{server}\n[pgbouncer]{CONFIGURATION}{pool}");
            fs::write(folder.join("pgbouncer.ini"), text).unwrap();
            let mut command = self.installation.command(&folder, &program, &["pgbouncer.ini"]);
            let running = Running::start(&mut command);
            let up = |line: &str| line.contains("process up").then_some(());
            match running.stderr.wait_for(START_LIMIT, up) {
                Ok(()) => return Pooler { _running: running, port },
                Err(_) if running.stderr.text().contains("Address already in use") => {}
                Err(why) => panic!("PgBouncer does not start ({why:?})\n{}", running.stderr),
            }
        }
        panic!("PgBouncer finds no free port");
    }
}

impl Pooler {
    /// The URL of a database of the server, through the pooler.
    ///
    /// # Panics
    /// When the URL names no database.
    #[must_use]
    pub fn url(&self, of: &str) -> String {
        let (_, name) = of.rsplit_once('/').unwrap();
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }
}

fn installed() -> PathBuf {
    let named = Command::new("sh").args(["-c", "command -v pgbouncer"]).output().unwrap().stdout;
    let named = PathBuf::from(String::from_utf8_lossy(&named).trim());
    // Debian's folder for it is not always in PATH.
    [named.as_path(), Path::new("/usr/sbin/pgbouncer")]
        .into_iter()
        .find(|program| program.is_file())
        .expect("no PgBouncer is installed: `make test` installs it, or `apt-get install pgbouncer` by hand")
        .to_owned()
}

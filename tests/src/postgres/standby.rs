//! A second server that follows the first.

use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use super::Postgres;
use crate::{cleanup, eventually};

const LIMIT: Duration = Duration::from_secs(30);

impl Postgres {
    /// A hot standby that receives every change of this server as it is made.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start_standby(&self) -> Self {
        let folder = cleanup::folder("postgres");
        self.installation.own(&folder);
        let source = format!("host=127.0.0.1 port={} user=postgres", self.port);
        let arguments = ["-d", &source, "-D", "data", "--write-recovery-conf", "-c", "fast", "--no-sync"];
        let _ = self.installation.run(&folder, "pg_basebackup", &arguments).success();
        let Self { installation, port, kind, .. } = *self;
        Self { installation, folder, port, databases: AtomicUsize::new(0), kind }.launch_on_a_free_port()
    }

    /// Waits until the standby has everything that this server has committed.
    ///
    /// # Panics
    /// When it does not within 30 s.
    pub fn await_standby(&self, url: &str) {
        let behind = "select pg_current_wal_lsn() = replay_lsn from pg_stat_replication";
        let equal = eventually(LIMIT, || (self.query(url, behind).trim() == "t").then_some(()));
        assert!(equal.is_some(), "the standby does not follow\n{}", self.log());
    }

    /// Makes a standby the primary.
    ///
    /// # Panics
    /// When it cannot be promoted.
    pub fn promote(&self) {
        let _ = self.installation.run(&self.folder, "pg_ctl", &["-w", "-D", "data", "promote"]).success();
    }
}

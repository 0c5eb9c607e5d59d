//! A monitor and two servers under `pg_auto_failover`, which promotes the standby when the primary fails.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::installation::Installation;
use crate::process::Exit;
use crate::{cleanup, eventually};

const LIMIT: Duration = Duration::from_mins(2);

/// How soon the monitor notices a failed server: its defaults take about half a minute.
const TIMERS: [(&str, &str); 6] = [
    ("health_check_period", "500ms"),
    ("health_check_timeout", "1s"),
    ("health_check_retry_delay", "200ms"),
    ("node_considered_unhealthy_timeout", "3s"),
    ("primary_demote_timeout", "3s"),
    ("startup_grace_period", "1s"),
];

/// The states of a server that is written.
const PRIMARY: [&str; 3] = ["single", "wait_primary", "primary"];

/// A running cluster; stopped when dropped, and in any case when the test process ends.
pub struct AutoFailover {
    installation: &'static Installation,
    folder: PathBuf,
    monitor: Agent,
    servers: [Agent; 2],
}

/// `pg_autoctl run` of one server, which is its child.
struct Agent {
    name: &'static str,
    port: u16,
    /// None before its start.
    process: Option<Child>,
}

impl AutoFailover {
    /// Whether the packages `pg-auto-failover-cli` and `postgresql-N-auto-failover` are installed.
    #[must_use]
    pub fn is_installed() -> bool {
        program().is_some() && Installation::found().has_extension("pgautofailover")
    }

    /// Starts the cluster with a database `tasks`, and waits until the second server follows the first one.
    ///
    /// # Panics
    /// When it does not start, with the state of the monitor.
    #[must_use]
    pub fn start(is_impatient: bool) -> Self {
        let installation = Installation::found();
        let folder = cleanup::folder("auto-failover");
        installation.own(&folder);
        let ports: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap()).collect();
        let agent = |name, number: usize| {
            let port = ports.get(number).unwrap().local_addr().unwrap().port();
            Agent { name, port, process: None }
        };
        let (monitor, servers) = (agent("monitor", 0), [agent("one", 1), agent("two", 2)]);
        drop(ports);
        let mut cluster = Self { installation, folder: folder.clone(), monitor, servers };
        cluster.create(&cluster.monitor, &["create", "monitor"]);
        if is_impatient {
            let timer = |(name, value): &(&str, &str)| format!("pgautofailover.{name} = '{value}'");
            let timers = TIMERS.iter().map(timer).collect::<Vec<_>>().join("\n");
            let file = folder.join("monitor/postgresql.conf");
            let text = fs::read_to_string(&file).unwrap();
            fs::write(file, format!("{text}\n{timers}\n")).unwrap();
        }
        cluster.monitor.process = Some(cluster.launch(cluster.monitor.name));
        let of_monitor = format!(
            "postgres://autoctl_node@127.0.0.1:{}/pg_auto_failover?sslmode=prefer",
            cluster.monitor.port
        );
        for (number, name) in ["one", "two"].into_iter().enumerate() {
            let arguments = ["create", "postgres", "--monitor", &of_monitor, "--name", name];
            let arguments = [&arguments[..], &["--username", "tasks", "--dbname", "tasks"]].concat();
            let ready = || {
                let server = cluster.servers.get(number)?;
                (cluster.try_create(server, &arguments).code == Some(0)).then_some(())
            };
            assert!(eventually(LIMIT, ready).is_some(), "{}", cluster.log());
            cluster.start_again(number);
        }
        cluster.await_both();
        cluster
    }

    /// The URL of the database, on whichever server is the primary.
    #[must_use]
    pub fn url(&self) -> String {
        let [one, two] = self.servers.each_ref().map(|server| format!("127.0.0.1:{}", server.port));
        format!("postgres://tasks@{one},{two}/tasks?target_session_attrs=read-write")
    }

    /// Waits until one server is the primary, and the other one its synchronous standby.
    ///
    /// # Panics
    /// When they are not within two minutes.
    pub fn await_both(&self) {
        let both = || {
            let state = self.state();
            // Reported and assigned.
            let has = |role: &str| state.matches(role).count() == 2;
            (has(" primary") && has(" secondary")).then_some(())
        };
        assert!(eventually(LIMIT, both).is_some(), "{}\n{}", self.state(), self.log());
    }

    /// The number of the server that the monitor wants to be written, 0 or 1.
    #[must_use]
    pub fn primary(&self) -> Option<usize> {
        let state = self.state();
        let assigned =
            |line: &&str| line.split_whitespace().last().is_some_and(|role| PRIMARY.contains(&role));
        let line = state.lines().find(assigned)?;
        self.servers.iter().position(|server| line.contains(&format!(":{} ", server.port)))
    }

    /// Exchanges the roles.
    ///
    /// # Panics
    /// When the monitor does not.
    pub fn switch_over(&self) {
        let _ = self.autoctl(&["perform", "switchover", "--pgdata", "monitor"]).success();
    }

    /// Kills a server's PostgreSQL, which its agent starts again.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill_postgres(&self, server: usize) {
        let server = self.server(server);
        let file = fs::read_to_string(self.folder.join(server.name).join("postmaster.pid")).unwrap();
        cleanup::signal(file.lines().next().unwrap().parse().unwrap(), "KILL");
    }

    /// Kills a server with its agent, as the loss of its machine does.
    ///
    /// # Panics
    /// When there is no such server.
    pub fn kill(&mut self, server: usize) {
        self.server(server).signal_all("KILL");
        self.servers.get_mut(server).unwrap().end();
    }

    /// Starts the agent of a server, again after [`AutoFailover::kill`].
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_again(&mut self, server: usize) {
        let process = self.launch(self.server(server).name);
        self.servers.get_mut(server).unwrap().process = Some(process);
    }

    /// Stops all processes of a server; its kernel still accepts connections.
    pub fn freeze(&self, server: usize) {
        self.server(server).signal_all("STOP");
    }

    /// Continues them after [`AutoFailover::freeze`].
    pub fn thaw(&self, server: usize) {
        self.server(server).signal_all("CONT");
    }

    /// Makes a server read-only in place, or writable again.
    ///
    /// # Panics
    /// When it does not respond.
    pub fn fence(&self, server: usize, is_fenced: bool) {
        let value = if is_fenced { "set default_transaction_read_only = on" } else { "reset all" };
        let _ = self.query(server, &format!("alter system {value}"));
        let _ = self.query(server, "select pg_reload_conf()");
    }

    /// The result of a statement on one server.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn query(&self, server: usize, statement: &str) -> String {
        let url = format!("postgres://tasks@127.0.0.1:{}/tasks", self.server(server).port);
        let arguments = ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, &url];
        self.installation.run(&self.folder, "psql", &arguments).success().stdout
    }

    /// The table of the monitor: a line for each server.
    #[must_use]
    pub fn state(&self) -> String {
        self.autoctl(&["show", "state", "--pgdata", "monitor"]).stdout
    }

    /// The logs of all agents.
    #[must_use]
    pub fn log(&self) -> String {
        let log =
            |name: &&str| fs::read_to_string(self.folder.join(format!("{name}.log"))).unwrap_or_default();
        ["monitor", "one", "two"].iter().map(log).collect()
    }

    fn server(&self, number: usize) -> &Agent {
        self.servers.get(number).unwrap()
    }

    fn create(&self, agent: &Agent, arguments: &[&str]) {
        let _ = self.try_create(agent, arguments).success();
    }

    fn try_create(&self, agent: &Agent, arguments: &[&str]) -> Exit {
        let (port, pg_ctl) = (agent.port.to_string(), self.installation.program("pg_ctl"));
        let common = ["--pgdata", agent.name, "--pgport", &port, "--pgctl", pg_ctl.to_str().unwrap()];
        let local = ["--hostname", "127.0.0.1", "--auth", "trust", "--no-ssl"];
        self.autoctl(&[arguments, &common, &local].concat())
    }

    fn autoctl(&self, arguments: &[&str]) -> Exit {
        crate::process::run_to_exit(&mut self.command(arguments), LIMIT)
    }

    fn launch(&self, name: &str) -> Child {
        let log = fs::File::options().append(true).create(true).open(self.folder.join(format!("{name}.log")));
        let log = log.unwrap();
        let mut command = self.command(&["run", "--pgdata", name]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap();
        cleanup::kill_on_exit(process.id(), "QUIT");
        process
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let program = program().expect("pg_autoctl is installed");
        let mut command = self.installation.command(&self.folder, &program, arguments);
        command.env("LC_ALL", "C.UTF-8").env("XDG_RUNTIME_DIR", &self.folder);
        command
    }
}

impl Drop for AutoFailover {
    fn drop(&mut self) {
        for agent in self.servers.iter_mut().chain([&mut self.monitor]) {
            agent.signal_all("CONT");
            if let Some(process) = &agent.process {
                let _ = cleanup::kill(process.id(), "QUIT");
            }
            agent.end();
        }
    }
}

impl Agent {
    /// Waits for the end of the process, if it was started.
    fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.wait();
            cleanup::release(process.id());
        }
    }

    /// Sends a signal to the agent and all of its descendants.
    fn signal_all(&self, signal: &str) {
        let mut ids: Vec<u32> = self.process.iter().map(Child::id).collect();
        let mut next = 0;
        while let Some(id) = ids.get(next).copied() {
            next += 1;
            // Stopped, parents first, so that no child is born meanwhile. One may have ended since the list was read.
            let _ = cleanup::kill(id, if signal == "KILL" { "STOP" } else { signal });
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
            ids.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        if signal == "KILL" {
            for id in ids {
                let _ = cleanup::kill(id, signal);
            }
        }
    }
}

fn program() -> Option<PathBuf> {
    let named = Command::new("sh").args(["-c", "command -v pg_autoctl"]).output().ok()?.stdout;
    let named = PathBuf::from(String::from_utf8_lossy(&named).trim());
    named.is_file().then_some(named)
}

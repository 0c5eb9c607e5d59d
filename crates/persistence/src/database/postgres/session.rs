use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Integer;
use diesel::{ConnectionError, ConnectionResult, PgConnection, RunQueryDsl, select};

use super::connection::Server;

/// A session outside of the pool. It is opened when it is needed, and again after a loss.
pub(super) struct Session {
    server: Server,
    /// Operators distinguish it from the connections of the pool by this end of its name.
    purpose: &'static str,
    opened: Option<Opened>,
}

/// An open one.
pub(super) struct Opened {
    pub(super) connection: PgConnection,
    /// The id of its process on the server.
    pub(super) process: i32,
    /// Whether it listens to notifications.
    pub(super) is_listening: bool,
}

impl Session {
    pub(super) const fn new(server: Server, purpose: &'static str) -> Self {
        Self { server, purpose, opened: None }
    }

    /// The beginning of each transaction, behind a transaction-mode pooler.
    pub(super) fn begin(&self) -> Option<String> {
        self.server.begin().map(str::to_owned)
    }

    pub(super) fn open(&mut self) -> ConnectionResult<&mut Opened> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => self.connect()?,
        };
        Ok(self.opened.insert(opened))
    }

    pub(super) fn is_listening(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.is_listening)
    }

    pub(super) fn close(&mut self) {
        self.opened = None;
    }

    fn connect(&self) -> ConnectionResult<Opened> {
        let mut connection = self.server.connect()?;
        let set_up = |connection: &mut PgConnection| {
            // Behind a pooler they would be those of the next client.
            if self.server.begin().is_none() {
                let purpose = self.purpose;
                connection.batch_execute(&format!(
                    "set synchronous_commit = off; select set_config('application_name',
                    current_setting('application_name') || ' {purpose}', false)"
                ))?;
            }
            select(sql::<Integer>("pg_backend_pid()")).get_result(connection)
        };
        let process = set_up(&mut connection).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Opened { connection, process, is_listening: false })
    }
}

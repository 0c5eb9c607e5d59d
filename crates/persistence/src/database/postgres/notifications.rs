//! Notifications between processes: `NOTIFY` in transactions of its own. In that of a write it would serialize all commits.

mod payload;

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Array, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl, sql_query};
use domain::OwnerId;

use super::session::{Opened, Session};
use super::{Postgres, in_transaction};
use crate::database::NotifyBackend;
use crate::database::notifier::{Exchange, ExchangeError, Notifications, Received};

/// A tenth of the delay that users notice, and at most a hundred statements per second.
const PAUSE: Duration = Duration::from_millis(10);

/// The session that sends and, unless it is behind a transaction-mode pooler, listens.
struct NotificationSession {
    session: Session,
    can_listen: bool,
}

impl NotifyBackend for Postgres {
    const SENDS: bool = true;

    fn exchange(&self) -> Box<dyn Exchange> {
        let server = self.listen.as_ref().unwrap_or(&self.server);
        // A standby cannot be listened to.
        let can_listen = server.begin().is_none() && !server.is_read_only();
        Box::new(NotificationSession { session: Session::new(server.clone(), "notifications"), can_listen })
    }
}

impl Exchange for NotificationSession {
    fn pause(&self) -> Duration {
        PAUSE
    }

    fn exchange(&mut self, outgoing: Notifications, listen: bool) -> Result<Received, ExchangeError> {
        let listen = listen && self.can_listen;
        if outgoing.is_empty() && !listen && !self.session.is_listening() {
            return Ok(Received::default());
        }
        let begin = self.session.begin();
        let exchanged = match self.session.open() {
            Ok(opened) => exchange(opened, begin.as_deref(), &outgoing, listen).map_err(Into::into),
            Err(error) => Err(error.into()),
        };
        if exchanged.is_err() {
            self.session.close();
        }
        exchanged
    }
}

fn exchange(
    opened: &mut Opened,
    begin: Option<&str>,
    outgoing: &Notifications,
    listen: bool,
) -> QueryResult<Received> {
    let mut received = Received { sent: outgoing.len(), ..Received::default() };
    if listen != opened.is_listening {
        let statement = if listen { "listen tasknook_changes" } else { "unlisten tasknook_changes" };
        opened.connection.batch_execute(statement)?;
        opened.is_listening = listen;
        // What was sent before did not arrive.
        received.poll = listen;
    }
    if !outgoing.is_empty() {
        let connection = &mut opened.connection;
        match begin {
            None => send(connection, outgoing)?,
            Some(begin) => {
                let begin = format!("{begin}; set local synchronous_commit = off");
                in_transaction(connection, &begin, |connection| send(connection, outgoing))?;
            }
        }
    }
    if listen {
        for notification in opened.connection.notifications_iter() {
            let notification = notification?;
            if notification.process_id != opened.process {
                received.notifications.extend(payload::decode(&notification.payload));
            }
        }
    }
    Ok(received)
}

fn send(connection: &mut PgConnection, notifications: &Notifications) -> QueryResult<()> {
    sql_query("select pg_notify('tasknook_changes', payload) from unnest($1) as payload")
        .bind::<Array<Text>, _>(payload::encode(notifications))
        .execute(connection)
        .map(drop)
}

/// Sends notifications of these owners. Without them polling finds the changes.
pub(super) fn report(connection: &mut PgConnection, owners: &[&OwnerId]) {
    let notifications = owners.iter().map(|owner| ((*owner).clone(), None)).collect();
    if let Err(error) = send(connection, &notifications) {
        tracing::debug!(%error, "the changes of a command are found by polling");
    }
}

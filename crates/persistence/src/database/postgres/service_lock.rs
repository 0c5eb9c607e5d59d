//! The service lock on a server: an advisory lock of a session, which ends with its process and its server. A thread keeps
//! the session, and opens another one when it is lost.
//!
//! A transaction-mode pooler has no sessions. There, and for services without the lock, the list of sessions of the server shows it.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{ConnectionError, ConnectionResult, PgConnection, QueryResult, RunQueryDsl, select};

use super::Postgres;
use super::session::Session;
use crate::database::service_lock::{Attempt, ServiceLockBackend};
use crate::maintenance::restored::{RestoredBackend, RestoredError};
use crate::write::Random;

/// The key of the lock: "tasksrvc" in ASCII.
const KEY: i64 = i64::from_be_bytes(*b"tasksrvc");

/// How often the session is checked.
const CHECK: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How long sessions of ended processes may take to end: the server ends them by itself, but later.
const ENDING: Duration = Duration::from_secs(2);

/// The sessions of this database that have the name of this one, which is that of the service's pool, or of its notifications.
/// Every role may see the names.
const SESSIONS: &str = "(select string_agg(pid::text, ', ' order by pid) from pg_stat_activity
    where datname = current_database()
        and application_name in (current_setting('application_name'), current_setting('application_name') || ' notifications')
        and pid <> pg_backend_pid())";

/// Ends the thread with its session when it is dropped.
struct Keeper {
    _end: Sender<()>,
}

impl ServiceLockBackend for Postgres {
    /// If the server cannot be reached, the thread connects later.
    fn share_service_lock(&self) -> Result<Attempt, Box<dyn Error + Send + Sync>> {
        let server = self.listen.as_ref().unwrap_or(&self.server);
        if server.begin().is_some() {
            return Ok(Attempt::Shared(Box::new(())));
        }
        let mut session = Session::new(server.clone(), "lock");
        let is_held = match share(&mut session) {
            Ok(false) => return Ok(Attempt::Excluded),
            Ok(true) => true,
            Err(error) => {
                tracing::warn!(error = %error, "the service lock is not held yet");
                false
            }
        };
        let (end, ended) = bounded(0);
        let keep = move || keep(session, is_held, &ended);
        thread::Builder::new().name("service-lock".into()).spawn(keep)?;
        Ok(Attempt::Shared(Box::new(Keeper { _end: end })))
    }
}

/// Opens the session and shares the lock, if it is free; otherwise closes the session.
fn share(session: &mut Session) -> ConnectionResult<bool> {
    let lock = format!("pg_try_advisory_lock_shared({KEY})");
    let connection = &mut session.open()?.connection;
    let is_free = select(sql::<Bool>(&lock)).get_result(connection);
    if !matches!(is_free, Ok(true)) {
        session.close();
    }
    is_free.map_err(ConnectionError::CouldntSetupConfiguration)
}

fn keep(mut session: Session, mut is_held: bool, ended: &Receiver<()>) {
    let mut pause = FIRST_PAUSE;
    let wait = |is_held: bool, pause| ended.recv_timeout(if is_held { CHECK } else { pause });
    while wait(is_held, pause) == Err(RecvTimeoutError::Timeout) {
        if !is_held {
            is_held = share(&mut session).unwrap_or(false);
            pause = (pause * 2).min(LONGEST_PAUSE);
            if is_held {
                tracing::info!("the service lock is held again");
            }
        } else if let Err(error) = check(&mut session) {
            tracing::warn!(error = %error, "the service lock was lost with its session");
            session.close();
            (is_held, pause) = (false, FIRST_PAUSE);
        }
    }
}

fn check(session: &mut Session) -> ConnectionResult<()> {
    let checked = session.open()?.connection.batch_execute("select 1");
    checked.map_err(ConnectionError::CouldntSetupConfiguration)
}

impl RestoredBackend for Postgres {
    /// From a random number of this process: a distributed database rejects updates with volatile functions.
    fn random_number() -> String {
        format!("hashtextextended(owner_id, {})", Random::default().next())
    }

    /// The lock belongs to the transaction.
    type Exclusion = ();

    fn exclude_services(&self, connection: &mut PgConnection) -> QueryResult<Result<(), RestoredError>> {
        let begun = Instant::now();
        loop {
            let Some(by) = connected(connection)? else { return Ok(Ok(())) };
            if begun.elapsed() >= ENDING {
                return Ok(Err(RestoredError::InUse { by }));
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Takes the lock alone; otherwise returns what shows that a service is connected.
fn connected(connection: &mut PgConnection) -> QueryResult<Option<String>> {
    let lock = format!("pg_try_advisory_xact_lock({KEY})");
    let is_free: bool = select(sql::<Bool>(&lock)).get_result(connection)?;
    if !is_free {
        return Ok(Some("a service process holds the service lock".to_owned()));
    }
    // A transaction keeps what it has read of the sessions.
    connection.batch_execute("select pg_stat_clear_snapshot()")?;
    let sessions: Option<String> = select(sql::<Nullable<Text>>(SESSIONS)).get_result(connection)?;
    Ok(sessions
        .map(|pids| format!("the database server has sessions of tasknook (pg_stat_activity.pid {pids})")))
}

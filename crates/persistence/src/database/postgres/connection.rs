//! Connections to a server.

use diesel::connection::{CacheSize, SimpleConnection};
use diesel::result::ConnectionError;
use diesel::{Connection, ConnectionResult, PgConnection};

use super::settings::{self, SessionSettings};
use crate::DatabaseOptions;
use crate::backend::Layout;

/// The longest time limit for connecting to one of several hosts, in seconds. They are tried one after the other, so the
/// next one waits for as long as a frozen one has. It is the shortest limit that libpq before 17 accepts.
const ONE_OF_SEVERAL_HOSTS: u64 = 2;

/// The URL of a server and the settings of its sessions.
#[derive(Clone)]
pub(super) struct Server {
    url: String,
    secrets: Vec<String>,
    settings: SessionSettings,
    read_only: bool,
    layout: Layout,
}

impl Server {
    pub(super) fn new(url: &str, options: &DatabaseOptions) -> Self {
        // A process that hangs within a transaction must not keep its locks, hence the idle timeout.
        let timeouts = [
            ("statement_timeout", options.statement_timeout),
            ("lock_timeout", options.lock_timeout),
            ("idle_in_transaction_session_timeout", options.statement_timeout),
        ];
        let unset: Vec<_> = timeouts.into_iter().filter(|(name, _)| !sets(url, name)).collect();
        let settings = SessionSettings::new(&unset, options);
        let (read_only, layout) = (options.read_only, Layout::of(options));
        Self { url: with_limits(url, options), secrets: secrets(url), settings, read_only, layout }
    }

    /// The same database on another server.
    pub(super) fn at(&self, host: &str, port: u16) -> Self {
        Self { url: at(&self.url, host, port), ..self.clone() }
    }

    /// Whether its sessions reject writes.
    pub(super) const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Where the rows of different owners are.
    pub(super) const fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn connect(&self) -> ConnectionResult<PgConnection> {
        match &self.settings {
            SessionSettings::PerConnection(settings) => self.connect_and(settings),
            SessionSettings::PerTransaction(_) => self.connect_pooled(),
        }
    }

    /// A connection without a statement timeout and with a long lock timeout.
    pub(super) fn connect_to_migrate(&self) -> ConnectionResult<PgConnection> {
        match &self.settings {
            SessionSettings::PerConnection(_) => self.connect_and(&settings::for_migrating_connection()),
            SessionSettings::PerTransaction(_) => self.connect_pooled(),
        }
    }

    /// The beginning of each transaction, if settings are per transaction.
    pub(super) fn begin(&self) -> Option<&str> {
        match &self.settings {
            SessionSettings::PerConnection(_) => None,
            SessionSettings::PerTransaction(begin) => Some(begin),
        }
    }

    fn connect_and(&self, set_up: &str) -> ConnectionResult<PgConnection> {
        let mut connection = self.establish()?;
        connection.batch_execute(set_up).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }

    /// A connection without prepared statements: the next transaction may use another session of the server.
    fn connect_pooled(&self) -> ConnectionResult<PgConnection> {
        let mut connection = self.establish()?;
        connection.set_prepared_statement_cache_size(CacheSize::Disabled);
        Ok(connection)
    }

    fn establish(&self) -> ConnectionResult<PgConnection> {
        PgConnection::establish(&self.url).map_err(|error| self.hide(error))
    }

    /// Removes secrets from the error: the library repeats parts of a URL that it cannot parse. Errors of connecting
    /// contain none, and are left alone: a password may be a word that they contain.
    fn hide(&self, error: ConnectionError) -> ConnectionError {
        match error {
            ConnectionError::BadConnection(mut text) => {
                if !["connection to server", "could not translate host name"]
                    .iter()
                    .any(|start| text.starts_with(start))
                {
                    for secret in &self.secrets {
                        text = text.replace(secret, "***");
                    }
                }
                ConnectionError::BadConnection(text.trim_end().to_owned())
            }
            other => other,
        }
    }
}

/// Whether the URL's `options` set this parameter of the server, and not one whose name has it as a suffix.
fn sets(url: &str, name: &str) -> bool {
    url.match_indices(name).any(|(at, _)| {
        let before = url.get(..at).unwrap_or_default();
        before.ends_with("-c") || !before.ends_with(|last: char| last.is_ascii_lowercase() || last == '_')
    })
}

/// Adds parameters that the URL does not set. Unacknowledged packets or keepalive probes end the connection after about the
/// statement timeout.
fn with_limits(url: &str, options: &DatabaseOptions) -> String {
    let (_, parameters) = url.split_once('?').unwrap_or((url, ""));
    let connect_timeout = options.connect_timeout.as_secs().max(1);
    let connect_timeout =
        if has_several_hosts(url) { connect_timeout.min(ONE_OF_SEVERAL_HOSTS) } else { connect_timeout };
    let present: Vec<&str> = parameters.split('&').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
    let limits = [
        ("connect_timeout", connect_timeout.to_string()),
        ("keepalives_idle", "2".into()),
        ("keepalives_interval", "1".into()),
        ("keepalives_count", "2".into()),
        ("tcp_user_timeout", options.statement_timeout.as_millis().to_string()),
        ("fallback_application_name", "tasknook".into()),
    ];
    let mut url = url.to_owned();
    for (name, value) in limits.iter().filter(|(name, _)| !present.contains(name)) {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.extend([name, "=", value.as_str()]);
    }
    url
}

/// The URL with another host. It keeps the parameters but those that name a host.
fn at(url: &str, host: &str, port: u16) -> String {
    let (place, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = place.split_once("://").unwrap_or(("postgres", place));
    let (user_info, rest) = rest.rsplit_once('@').map_or(("", rest), |(user_info, rest)| (user_info, rest));
    let database = rest.split_once('/').map_or("", |(_, database)| database);
    let host = if host.contains(':') { format!("[{host}]") } else { host.replace('/', "%2F") };
    let at = if user_info.is_empty() { "" } else { "@" };
    let names_host = |pair: &&str| ["host=", "hostaddr=", "port="].iter().any(|name| pair.starts_with(name));
    let parameters: Vec<&str> = parameters.split('&').filter(|pair| !names_host(pair)).collect();
    format!("{scheme}://{user_info}{at}{host}:{port}/{database}?{}", parameters.join("&"))
}

/// Whether the URL has a list of hosts, in its authority or as a parameter.
fn has_several_hosts(url: &str) -> bool {
    let (rest, parameters) = url.split_once('?').unwrap_or((url, ""));
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
    let hosts = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts).split('/').next();
    let named = parameters.split('&').filter_map(|pair| pair.split_once('='));
    let named = named.filter(|(name, _)| ["host", "hostaddr"].contains(name)).map(|(_, hosts)| hosts);
    hosts
        .into_iter()
        .chain(named)
        .any(|hosts| hosts.contains(',') || hosts.to_ascii_uppercase().contains("%2C"))
}

/// The secret parts of a URL, even of one that cannot be parsed.
fn secrets(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let user_info = rest.rsplit_once('@').map(|(user_info, _)| user_info);
    let password = user_info.and_then(|text| text.split_once(':')).map(|(_, password)| password);
    let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters).split('&');
    let named = parameters.filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.ends_with("password").then_some(value)
    });
    password.into_iter().chain(named).filter(|secret| !secret.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(url: &str) -> String {
        with_limits(url, &DatabaseOptions::default())
    }

    #[test]
    fn url_parameters_are_preserved() {
        let url = limited("postgres://h/d?sslmode=require&connect_timeout=9");
        assert!(
            url.starts_with("postgres://h/d?sslmode=require&connect_timeout=9&keepalives_idle=2&"),
            "{url}"
        );
        assert_eq!(url.matches("connect_timeout").count(), 1);
    }

    #[test]
    fn url_parameters_are_matched_by_their_whole_name() {
        let url = "postgres://h/d?options=-c%20deadlock_timeout%3D1s%20-c statement_timeout=5s";
        assert!(!sets(url, "lock_timeout") && sets(url, "statement_timeout"));
        assert!(sets("postgres://h/d?options=-clock_timeout=1s", "lock_timeout"));
    }

    #[test]
    fn missing_url_parameters_are_added() {
        let url = limited("postgres://h/d");
        assert!(url.starts_with("postgres://h/d?connect_timeout=4&"), "{url}");
        assert!(url.contains("&tcp_user_timeout=2000&"), "{url}");
    }

    #[test]
    fn connecting_to_one_of_several_hosts_has_a_shorter_limit() {
        for url in [
            "postgres://u:p@one,two:5433/d",
            "postgres://one:1,two:2",
            "postgres:///d?host=one,two",
            "postgres://u@/d?sslmode=require&hostaddr=10.0.0.1%2c10.0.0.2",
        ] {
            assert!(limited(url).contains("connect_timeout=2&"), "{url}");
        }
        for url in ["postgres://u:p,q@h/d,e", "postgres://u@h/d?options=-csearch_path%3Da,b"] {
            assert!(limited(url).contains("connect_timeout=4&"), "{url}");
        }
        assert!(!limited("postgres://one,two/d?connect_timeout=4").contains("connect_timeout=2"));
    }

    #[test]
    fn only_the_host_of_a_url_is_replaced() {
        for (url, expected) in [
            ("postgres://u:p%40@one:1,two/d?sslmode=require", "postgres://u:p%40@w:5433/d?sslmode=require"),
            ("postgresql://h", "postgresql://w:5433/?"),
            ("postgres:///d?host=%2Frun&user=u&port=1", "postgres://w:5433/d?user=u"),
        ] {
            assert_eq!(at(url, "w", 5433), expected, "{url}");
        }
        assert_eq!(at("postgres://u@[::1]:5/d?a=b", "fd00::2", 5432), "postgres://u@[fd00::2]:5432/d?a=b");
    }

    #[test]
    fn passwords_are_found_everywhere_in_a_url() {
        assert_eq!(secrets("postgres://u:p%40@h/d"), ["p%40"]);
        assert_eq!(secrets("postgres://u:a@b/c@h/d"), ["a@b/c"]);
        assert_eq!(secrets("postgres://h/d?user=u&password=x&sslpassword=y"), ["x", "y"]);
        assert!(secrets("postgres://u@h:5432/d").is_empty());
    }

    #[test]
    fn errors_of_connecting_are_unchanged() {
        for password in ["server", "p", "o"] {
            let url = format!("postgres://u:{password}@127.0.0.1:1/d");
            let error = Server::new(&url, &DatabaseOptions::default()).connect().err().unwrap().to_string();
            assert!(error.contains("connection to server at \"127.0.0.1\", port 1 failed"), "{error}");
        }
    }

    #[test]
    fn errors_for_unparsable_urls_hide_the_password() {
        let server = Server::new("postgres://u:hunter2@[h/d", &DatabaseOptions::default());
        let error = server.connect().err().unwrap().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

//! What distinguishes the servers: their settings, and the files that these need.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::installation::Installation;

const COMMON: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
log_line_prefix = '%m [%p] %q%u@%d '
";

const UNSYNCED: &str = "
fsync = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 200
dynamic_shared_memory_type = mmap
";

const ENCRYPTED: &str = "
ssl = on
ssl_cert_file = '../server.crt'
ssl_key_file = '../server.key'
";

const GERMAN: &str = "
lc_messages = 'de_DE.UTF-8'
";

/// Enough for a load of 256 clients beside everything else.
const DURABLE: &str = "
max_connections = 400
";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Unsynced,
    Encrypted,
    Durable,
    German,
}

impl Kind {
    /// Makes the files that its settings need, in the folder of the server.
    pub(super) fn prepare(self, installation: &Installation, folder: &Path) {
        match self {
            Self::Encrypted => make_certificate(installation, folder),
            Self::German => make_locale(folder),
            Self::Unsynced | Self::Durable => {}
        }
    }

    /// Writes the settings into the folder of its data.
    pub(super) fn configure(self, data: &Path, port: u16) {
        let (connections, settings) = match self {
            Self::Unsynced => ("host", UNSYNCED.to_owned()),
            Self::Encrypted => ("hostssl", format!("{UNSYNCED}{ENCRYPTED}")),
            Self::Durable => ("host", DURABLE.to_owned()),
            Self::German => ("host", format!("{UNSYNCED}{GERMAN}")),
        };
        fs::write(data.join("postgresql.conf"), format!("{COMMON}{settings}port = {port}\n")).unwrap();
        let clients = format!("{connections} all,replication all 127.0.0.1/32 trust\n");
        fs::write(data.join("pg_hba.conf"), clients).unwrap();
    }

    /// The variable that names the locales of the server, if they are not those of the system.
    pub(super) fn locales(self, folder: &Path) -> Option<(&'static str, PathBuf)> {
        (self == Self::German).then(|| ("LOCPATH", locales(folder)))
    }
}

fn make_certificate(installation: &Installation, folder: &Path) {
    let arguments = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
                     -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout server.key -out server.crt";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let _ = installation.run_any(folder, Path::new("openssl"), &arguments).success();
}

/// The messages are those that the server is installed with; the rest of the locale is that of C.UTF-8.
fn make_locale(folder: &Path) {
    fs::create_dir(locales(folder)).unwrap();
    symlink("/usr/lib/locale/C.utf8", locales(folder).join("de_DE.utf8")).unwrap();
}

fn locales(folder: &Path) -> PathBuf {
    folder.join("locales")
}

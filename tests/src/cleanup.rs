//! Removes the folders and stops the servers of the tests when the test process ends.
//!
//! Statics are never dropped and a killed process drops nothing at all, so `Drop` alone leaks. A small shell is started
//! with the tests. It reads from a pipe whose other end closes with this process, however the process ends. It then
//! stops every registered process and removes the folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Ctrl-C reaches the whole process group, and the watcher must survive it. Ids are reused, for threads as well, so a
/// process is known by its id and the time of its start.
const WATCHER: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
cd "$1/processes" || exit 1
runs() {
  read -r signal start 2>/dev/null <"$1" || return 1
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  set -- ${stat##*) }
  [ "${20}" = "$start" ]
}
for pid in *; do runs "$pid" && kill -s "$signal" "$pid"; done
rounds=0
while [ $rounds -lt 50 ]; do
  alive=
  for pid in *; do runs "$pid" && alive=yes; done
  [ -z "$alive" ] && break
  rounds=$((rounds + 1))
  sleep 0.1
done
for pid in *; do runs "$pid" && kill -s KILL "$pid"; done
cd / && rm -rf "$1"
"#;

struct Cleanup {
    root: PathBuf,
    count: AtomicUsize,
    /// Its standard input is the pipe.
    _watcher: Child,
}

impl Cleanup {
    fn start() -> Self {
        let root = tempfile::Builder::new().prefix("tasknook-tests-").tempdir().unwrap().keep();
        // PostgreSQL runs as another user when the tests run as root, and must be able to enter.
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(root.join("processes")).unwrap();
        let watcher = Command::new("sh")
            .args(["-c", WATCHER, "watcher"])
            .arg(&root)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        Self { root, count: AtomicUsize::new(0), _watcher: watcher }
    }

    fn entry(&self, pid: u32) -> PathBuf {
        self.root.join("processes").join(pid.to_string())
    }

    fn register(&self, pid: u32, start: &str, signal: &str) {
        fs::write(self.entry(pid), format!("{signal} {start}\n")).unwrap();
    }
}

fn cleanup() -> &'static Cleanup {
    static CLEANUP: OnceLock<Cleanup> = OnceLock::new();
    CLEANUP.get_or_init(Cleanup::start)
}

/// When a process started, in clock ticks since the machine did (`starttime` of proc(5)).
fn start_time(pid: u32) -> String {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name before it may contain anything.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').nth(19).unwrap().to_owned()
}

/// A new empty folder, removed when the test process ends.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    let cleanup = cleanup();
    let path = cleanup.root.join(format!("{name}-{}", cleanup.count.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir(&path).unwrap();
    path
}

/// Registers a process: `signal` (its name without `SIG`) is sent to it when the test process ends before [`release`].
pub(crate) fn kill_on_exit(pid: u32, signal: &str) {
    cleanup().register(pid, &start_time(pid), signal);
}

/// Undoes [`kill_on_exit`]: the process has ended, and its id may be reused.
pub(crate) fn release(pid: u32) {
    // After a second call there is nothing to remove.
    let _ = fs::remove_file(cleanup().entry(pid));
}

/// Sends a signal, by its name without `SIG`.
///
/// # Panics
/// When there is no such process.
pub fn signal(pid: u32, name: &str) {
    assert!(kill(pid, name), "process {pid} could not be sent SIG{name}");
}

/// The shell's own `kill`: a small system has no other.
pub(crate) fn kill(pid: u32, name: &str) -> bool {
    let script = "kill -s \"$0\" \"$1\" 2>/dev/null";
    let status = Command::new("sh").args(["-c", script, name, &pid.to_string()]).status();
    status.expect("sh runs").success()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_new_and_empty() {
        let (one, two) = (folder("x"), folder("x"));
        assert_ne!(one, two);
        assert_eq!(fs::read_dir(one).unwrap().count(), 0);
    }

    #[test]
    fn processes_with_a_reused_id_live() {
        let sleep = || Command::new("sleep").arg("60").spawn().unwrap();
        let (mut registered, mut unrelated) = (sleep(), sleep());
        let Cleanup { root, _watcher: mut watcher, .. } = {
            let cleanup = Cleanup::start();
            cleanup.register(registered.id(), &start_time(registered.id()), "TERM");
            cleanup.register(unrelated.id(), "1", "TERM");
            cleanup
        };
        drop(watcher.stdin.take());
        assert!(registered.wait().unwrap().code().is_none());
        assert!(watcher.wait().unwrap().success());
        assert!(unrelated.try_wait().unwrap().is_none());
        assert!(!root.exists());
        unrelated.kill().unwrap();
        unrelated.wait().unwrap();
    }
}

//! The installed PostgreSQL, and the user to run it as.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::process::{Exit, run_to_exit};

pub(super) const LIMIT: Duration = Duration::from_mins(1);

pub(super) struct Installation {
    programs: PathBuf,
    /// The user to run the server as: it rejects root.
    user: Option<User>,
}

struct User {
    uid: u32,
    gid: u32,
}

impl Installation {
    pub(super) fn found() -> &'static Self {
        static FOUND: OnceLock<Installation> = OnceLock::new();
        FOUND.get_or_init(|| {
            let programs = newest().expect(
                "no PostgreSQL server is installed (initdb is neither in PATH nor in /usr/lib/postgresql/*/bin): \
                 `make test` installs it, or `apt-get install postgresql` by hand",
            );
            let root = fs::metadata("/proc/self").unwrap().uid() == 0;
            Self { programs, user: root.then(unprivileged) }
        })
    }

    /// The major version, as in `15`.
    pub(super) fn major(&self) -> u32 {
        let version =
            run_to_exit(Command::new(self.programs.join("initdb")).arg("--version"), LIMIT).success().stdout;
        let digits =
            |word: &str| word.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok());
        version.split_whitespace().find_map(digits).unwrap_or_else(|| panic!("no version in {version:?}"))
    }

    /// The path of a program of the installation.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Whether an extension is installed.
    pub(super) fn has_extension(&self, name: &str) -> bool {
        let folder = run_to_exit(Command::new(self.program("pg_config")).arg("--sharedir"), LIMIT).stdout;
        Path::new(folder.trim()).join(format!("extension/{name}.control")).is_file()
    }

    /// Gives a folder to the user that runs the server.
    pub(super) fn own(&self, folder: &Path) {
        if let Some(user) = &self.user {
            chown(folder, Some(user.uid), Some(user.gid)).unwrap();
        }
    }

    /// Runs a program of the installation as that user, with `folder` as its working directory.
    #[track_caller]
    pub(super) fn run(&self, folder: &Path, program: &str, arguments: &[&str]) -> Exit {
        self.run_any(folder, &self.programs.join(program), arguments)
    }

    /// Runs any program as that user.
    #[track_caller]
    pub(super) fn run_any(&self, folder: &Path, program: &Path, arguments: &[&str]) -> Exit {
        run_to_exit(&mut self.command(folder, program, arguments), LIMIT)
    }

    /// A command for any program as that user.
    pub(super) fn command(&self, folder: &Path, program: &Path, arguments: &[&str]) -> Command {
        let mut command = match &self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([format!("--reuid={}", user.uid), format!("--regid={}", user.gid)]);
                command.args(["--clear-groups", "--"]).arg(program);
                command
            }
        };
        command.args(arguments).current_dir(folder).env("LC_ALL", "C").env("HOME", folder);
        command
    }
}

fn newest() -> Option<PathBuf> {
    let path = Command::new("sh").args(["-c", "command -v initdb"]).output().ok()?;
    let named = PathBuf::from(String::from_utf8_lossy(&path.stdout).trim());
    if let Some(folder) = fs::canonicalize(named).ok().as_deref().and_then(Path::parent) {
        return Some(folder.to_owned());
    }
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<f64>().ok();
    let mut versions: Vec<_> =
        fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path()).collect();
    versions.sort_by(|one, two| version(two).unwrap_or(0.0).total_cmp(&version(one).unwrap_or(0.0)));
    versions.into_iter().map(|folder| folder.join("bin")).find(|folder| folder.join("initdb").exists())
}

fn unprivileged() -> User {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
        })
        .expect("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`")
}

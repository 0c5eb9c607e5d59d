//! A small file system, which is full soon.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::Running;
use crate::service::{Environment, Service, Starting};

const LIMIT: Duration = Duration::from_secs(20);

/// A tmpfs that only the programs started with it see; gone when dropped.
pub struct Disk {
    holder: Running,
    folder: PathBuf,
}

impl Disk {
    /// Mounts it over an existing folder, in a namespace of its own, which needs no rights.
    ///
    /// # Panics
    /// When the system does not permit it.
    #[must_use]
    pub fn mount(folder: &Path, bytes: u64) -> Self {
        let mount = format!("mount -t tmpfs -o size={bytes} tmpfs \"$0\" && echo mounted && exec sleep 3600");
        let mut command = Command::new("unshare");
        let holder =
            Running::start(command.args(["--map-root-user", "--mount", "sh", "-c", &mount]).arg(folder));
        let mounted = holder.stdout.wait_for(LIMIT, |line| (line == "mounted").then_some(()));
        assert!(mounted.is_ok(), "no small file system (unshare of util-linux): {}", holder.stderr);
        Self { holder, folder: folder.to_owned() }
    }

    /// The command of the binary, with the file system.
    #[must_use]
    pub fn command(&self, environment: &Environment, arguments: &[&str]) -> Command {
        let command = environment.command(arguments);
        let mut inside = Command::new("nsenter");
        inside.args([
            "--user",
            "--mount",
            "--preserve-credentials",
            "--target",
            &self.holder.id().to_string(),
        ]);
        inside.arg(format!("--wd={}", environment.folder().display()));
        inside.arg(command.get_program()).args(command.get_args()).env_clear();
        inside.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        inside
    }

    /// Starts `serve` with the file system and waits until it accepts connections.
    ///
    /// # Panics
    /// As [`Environment::serve`].
    #[must_use]
    #[track_caller]
    pub fn serve(&self, environment: &Environment) -> Service {
        Starting::of(&mut self.command(environment, &["serve"])).ready()
    }

    /// Its folder, seen from outside.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        let root = format!("/proc/{}/root", self.holder.id());
        Path::new(&root).join(self.folder.strip_prefix("/").unwrap_or(&self.folder))
    }

    /// The names of its files.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.path()).unwrap();
        names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

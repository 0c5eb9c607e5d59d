//! The file with a key set, which only its owner can write.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A key set of 1 MiB in which every byte is escaped is not longer.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The content of the file.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredSet {
    pub(super) source: Option<String>,
    pub(super) fetched_at_unix: u64,
    pub(super) key_set: String,
}

impl StoredSet {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let directory = directory(path);
        // Before it is opened, which would block for a named pipe.
        if !fs::symlink_metadata(path)?.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let temporary = temporary(path)?;
        let ours = create_file(&temporary)?.metadata();
        fs::remove_file(&temporary)?;
        let ours = ours?;
        check_private(&fs::metadata(directory)?, &ours)?;
        let file = File::open(path)?;
        check_private(&file.metadata()?, &ours)?;
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Replaces the file as a whole, since another process can write the same one.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let directory = directory(path);
        create_directory(directory)?;
        let temporary = temporary(path)?;
        let written = create_file(&temporary).and_then(|mut file| {
            check_private(&fs::metadata(directory)?, &file.metadata()?)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()?;
            fs::rename(&temporary, path)
        });
        written.inspect_err(|_| drop(fs::remove_file(&temporary)))
    }
}

pub(super) fn delete(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn directory(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// A new name in the same directory.
fn temporary(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    Ok(directory(path).join(format!(".{name}.{:016x}", fastrand::u64(..))))
}

fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

/// Whether only the owner can write it, who is root or that of `ours`: a file that this process has just created, since
/// the standard library does not tell the user of a process.
#[cfg(unix)]
fn check_private(metadata: &Metadata, ours: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if metadata.uid() != ours.uid() && metadata.uid() != 0 {
        return Err(io::Error::other("another user owns it"));
    }
    if metadata.mode() & 0o022 == 0 {
        Ok(())
    } else {
        Err(io::Error::other("the group or others can write it"))
    }
}

#[cfg(not(unix))]
fn check_private(_: &Metadata, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_file_is_private_when_it_is_ours_or_roots() {
        let directory = tempfile::tempdir().unwrap();
        let (ours, roots) = (fs::metadata(directory.path()).unwrap(), fs::metadata("/").unwrap());
        assert!(check_private(&ours, &ours).is_ok());
        assert!(check_private(&roots, &ours).is_ok());
        assert_eq!(check_private(&ours, &roots).is_ok(), ours.uid() == roots.uid());
    }
}

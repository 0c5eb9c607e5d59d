//! The file of the audit log.

use std::io;
use std::path::Path;

use crate::config::{ConfigError, Settings};
use crate::state::AuditLog;

/// Passes on the configured file, if there is one. An error is one of the setting.
pub(crate) fn audit_file<T>(
    settings: &Settings,
    open: impl FnOnce(&Path) -> io::Result<T>,
) -> Result<Option<T>, ConfigError> {
    let file = &settings.log.audit_file;
    let opened = (!file.is_empty()).then(|| open(Path::new(file))).transpose();
    opened.map_err(|error| ConfigError::new("log.audit_file", format!("cannot open {file:?}: {error}")))
}

/// Checks the configured file without creating it.
pub(crate) fn check_audit_file(settings: &Settings) -> Result<(), ConfigError> {
    audit_file(settings, AuditLog::check).map(drop)
}

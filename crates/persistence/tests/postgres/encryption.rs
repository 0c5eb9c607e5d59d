//! Encryption as the URL's `sslmode` requires it, without a fallback to clear text.

use persistence::{Database, MigrateError};
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::options;

fn migrate(url: &str) -> Result<Vec<String>, MigrateError> {
    Database::open(&options(url)).unwrap().migrate()
}

#[test]
fn server_certificates_are_verified() {
    let server = Postgres::start_encrypted();
    let url = server.create_database();
    let verified = format!("{url}?sslmode=verify-full&sslrootcert={}", server.certificate().display());
    assert!(!migrate(&verified).unwrap().is_empty());
    let unknown = format!("{url}?sslmode=verify-full&sslrootcert=/dev/null");
    assert!(matches!(migrate(&unknown), Err(MigrateError::Unreachable(_))));
    assert!(matches!(migrate(&format!("{url}?sslmode=disable")), Err(MigrateError::Unreachable(_))));
}

#[test]
fn servers_without_required_encryption_are_rejected() {
    let url = Postgres::shared().create_database();
    assert!(matches!(migrate(&format!("{url}?sslmode=require")), Err(MigrateError::Unreachable(_))));
    assert!(!migrate(&url).unwrap().is_empty());
}

//! The order of the checks: each is made when those before it leave it a meaning.

use diesel::QueryResult;

use super::error::{DoctorError, damage};
use super::examination::{Examination, Subject};
use super::examined::Examined;
use super::finding::Finding;
use super::listed::Listed;
use super::{ledger, texts};
use crate::migrations;

pub(super) fn examine<D: Examined>(dialect: &D) -> Result<Examination, DoctorError> {
    let mut connection = dialect.connect_to_examine()?;
    let mut examination = Examination::new();
    match D::reading(&mut connection, migrations::differences::<D>) {
        Ok((pending, unknown)) => {
            let is_complete = pending.is_empty();
            let pending = pending.into_iter().map(|name| Finding::MigrationPending { name });
            let unknown = unknown.into_iter().map(|version| Finding::MigrationUnknown { version });
            examination.note(Subject::Schema, all(pending.chain(unknown)));
            let found = integrity::<D>(&mut connection)?;
            let is_sound = found.is_empty();
            examination.note(Subject::Integrity, found);
            if is_complete && is_sound {
                contents::<D>(&mut connection, &mut examination)?;
            }
        }
        Err(error) => examination.note(Subject::Integrity, damaged::<D>(error)?),
    }
    Ok(examination.done())
}

fn integrity<D: Examined>(connection: &mut D::Connection) -> Result<Listed<Finding>, DoctorError> {
    match D::integrity(connection) {
        Ok(found) => Ok(all(found)),
        Err(error) => damaged::<D>(error),
    }
}

/// All of it in one transaction, which sees one state: a task and its owner's row are written together.
fn contents<D: Examined>(
    connection: &mut D::Connection,
    examination: &mut Examination,
) -> Result<(), DoctorError> {
    let read = |connection: &mut D::Connection| -> QueryResult<()> {
        ledger::check(connection, examination)?;
        let found = texts::check(connection)?;
        examination.note(Subject::Texts, found);
        Ok(())
    };
    Ok(D::reading(connection, read)?)
}

fn damaged<D: Examined>(error: diesel::result::Error) -> Result<Listed<Finding>, DoctorError> {
    Ok(all([Finding::Damaged { says: damage::<D>(error)? }]))
}

fn all(findings: impl IntoIterator<Item = Finding>) -> Listed<Finding> {
    let mut listed = Listed::default();
    findings.into_iter().for_each(|finding| listed.push(finding));
    listed
}

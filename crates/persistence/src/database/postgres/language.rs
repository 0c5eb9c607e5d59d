//! The language of the server's errors. They are recognized by their English text, since the driver does not pass on the
//! SQLSTATE, and only a superuser may set the language of a session.

use diesel::dsl::sql;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, RunQueryDsl, select};

use super::Postgres;
use crate::backend::ErrorMessages;

/// The end of a message in another language.
pub(super) const MARK: &str = " (lc_messages is not English)";

/// How a superuser sets the language of the service.
pub(super) const REMEDY: &str = "as a superuser: alter role <role of the service> set lc_messages = 'C'";

/// The setting of this role. Sessions and transactions of a superuser set English themselves.
pub(super) fn of_messages(connection: &mut PgConnection) -> QueryResult<String> {
    let setting =
        "case current_setting('is_superuser') when 'on' then 'C' else current_setting('lc_messages') end";
    select(sql::<Text>(setting)).get_result(connection)
}

/// Whether a locale has the messages of the source code. The name is one of POSIX or of Windows; an empty one stands for the
/// environment of the server, which clients cannot see.
pub(super) fn is_english(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
    ["", "c", "posix", "en", "english"].contains(&language)
}

/// Marks the message of an error that neither the driver nor its English text gives a kind, if it is in another language.
pub(super) fn mark(error: Error, connection: &mut PgConnection) -> Error {
    match error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, information)
            if !is_recognized(information.message())
                && of_messages(connection).is_ok_and(|locale| !is_english(&locale)) =>
        {
            let message = format!("{}{MARK}", information.message());
            Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
        }
        other => other,
    }
}

fn is_recognized(message: &str) -> bool {
    let kinds = [Postgres::is_timeout, Postgres::is_outage, Postgres::is_conflict, Postgres::is_corrupt];
    kinds.iter().any(|is_of_kind| is_of_kind(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_of_posix_and_windows_are_known() {
        for english in
            ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "en_GB", "en-US", "English_United States.1252"]
        {
            assert!(is_english(english), "{english}");
        }
        for other in ["de_DE.UTF-8", "cs_CZ.UTF-8", "de_AT@euro", "German_Germany.1252", "zh_CN", "eo"] {
            assert!(!is_english(other), "{other}");
        }
    }
}

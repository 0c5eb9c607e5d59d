//! Migrations as text, so that they can be sent differently from the library: one statement at a time, or from another
//! thread.

use std::any::Any;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::migration::{Migration, MigrationSource, Result};

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// The name of its folder.
    pub(crate) name: String,
    /// The digits before the first underscore of its name, as stored in the table of applied migrations.
    pub(crate) version: String,
    /// The text of its `up.sql`.
    pub(crate) sql: String,
    /// False if its `metadata.toml` has `run_in_transaction = false`.
    pub(crate) in_transaction: bool,
}

impl Script {
    /// The statement that records it as applied.
    pub(crate) fn record(&self) -> String {
        format!("insert into __diesel_schema_migrations (version) values ('{}')", self.version)
    }
}

/// The migrations of a source, oldest first.
pub(crate) fn scripts<DB: Backend>(source: &impl MigrationSource<DB>) -> Result<Vec<Script>> {
    let mut scripts = Vec::new();
    for migration in source.migrations()? {
        scripts.push(script(&*migration)?);
    }
    scripts.sort_by(|one, two| one.version.cmp(&two.version));
    Ok(scripts)
}

fn script<DB: Backend>(migration: &dyn Migration<DB>) -> Result<Script> {
    let mut recorder = Recorder(String::new());
    migration.run(&mut recorder)?;
    let name = migration.name();
    Ok(Script {
        name: name.to_string(),
        version: name.version().to_string(),
        sql: recorder.0,
        in_transaction: migration.metadata().run_in_transaction(),
    })
}

/// Records the text of a migration, which the library passes to connections only.
struct Recorder(String);

impl SimpleConnection for Recorder {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.0.push_str(query);
        Ok(())
    }
}

impl<DB: Backend> BoxableConnection<DB> for Recorder {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use std::fs;

    use diesel::pg::Pg;
    use diesel_migrations::FileBasedMigrations;

    use super::*;

    #[test]
    fn scripts_have_text_and_metadata() {
        let folder = tempfile::tempdir().unwrap();
        for (name, sql, metadata) in [
            ("2030-01-02-000000_index", "create index concurrently x", "run_in_transaction = false"),
            ("2030-01-01-000000_table", "create table t ();\n", ""),
        ] {
            let folder = folder.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("up.sql"), sql).unwrap();
            if !metadata.is_empty() {
                fs::write(folder.join("metadata.toml"), metadata).unwrap();
            }
        }
        let scripts = scripts::<Pg>(&FileBasedMigrations::from_path(folder.path()).unwrap()).unwrap();
        let expected = |name: &str, version: &str, sql: &str, in_transaction| Script {
            name: name.into(),
            version: version.into(),
            sql: sql.into(),
            in_transaction,
        };
        assert_eq!(
            scripts,
            [
                expected("2030-01-01-000000_table", "20300101000000", "create table t ();\n", true),
                expected("2030-01-02-000000_index", "20300102000000", "create index concurrently x", false),
            ]
        );
    }
}

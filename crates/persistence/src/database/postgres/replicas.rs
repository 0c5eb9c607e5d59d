use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl, select};

use super::Postgres;
use crate::DatabaseOptions;
use crate::database::replicas::ReplicaBackend;

/// What is flushed, as every commit is before others see it. A server that is fenced is not the primary.
const LOG_END: &str = "case when current_setting('transaction_read_only') = 'off'
    then cast(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') as bigint) end";

const REPLAYED: &str = "case when pg_is_in_recovery()
    then cast(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') as bigint) end";

impl ReplicaBackend for Postgres {
    /// Read-only, so that the sessions of a replica that was promoted write nothing either.
    fn replicas(options: &DatabaseOptions) -> Vec<Self> {
        let of_replica = |url: &String| {
            let options = DatabaseOptions {
                read_only: true,
                transaction_pooler: false,
                listen_url: String::new(),
                ..options.clone()
            };
            Self::new(url, &options)
        };
        options.replica_urls.iter().map(of_replica).collect()
    }

    fn identity(connection: &mut PgConnection) -> QueryResult<String> {
        let identity = "(select concat_ws(' ', system_identifier, current_database(), current_schema())
            from pg_control_system())";
        select(sql::<Text>(identity)).get_result(connection)
    }

    fn log_end(connection: &mut PgConnection) -> QueryResult<Option<i64>> {
        select(sql::<Nullable<BigInt>>(LOG_END)).get_result(connection)
    }

    fn replayed(connection: &mut PgConnection) -> QueryResult<Option<i64>> {
        select(sql::<Nullable<BigInt>>(REPLAYED)).get_result(connection)
    }
}

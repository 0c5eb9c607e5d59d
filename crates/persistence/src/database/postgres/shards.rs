//! The shards of Citus, and the servers that have them.

use std::error::Error;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Integer, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl, sql_query};

use super::Postgres;
use super::bounded::Bounded;
use super::migrations::is_distributed;
use crate::database::servers::{Address, Shard, ShardBackend};

/// The id that Citus has given to the database on a server.
const ID: &str = "select metadata->>'server_id' from pg_dist_node_metadata";

/// The schema whose tables are used, which the search path decides.
const SCHEMA: &str =
    "(select relnamespace::regnamespace::text from pg_class where oid = to_regclass('owners'))";

/// The shards that only one server has: another one than this, which responds and knows the tables as this one does.
fn of_others() -> String {
    format!(
        "select cast(shardminvalue as integer) as first, cast(shardmaxvalue as integer) as last,
            min(nodename) as host, min(nodeport) as port, concat_ws(' ', min(result), {SCHEMA}) as id
        from pg_dist_shard join pg_dist_placement using (shardid) join pg_dist_node using (groupid)
            left join run_command_on_all_nodes($1, give_warning_for_connection_errors => false) using (nodeid)
        where logicalrelid = to_regclass('owners') and noderole = 'primary'
        group by shardid, shardminvalue, shardmaxvalue
        having count(*) = 1 and bool_and(isactive and metadatasynced and success)
            and bool_and(groupid <> (select groupid from pg_dist_local_group))"
    )
}

#[derive(diesel::QueryableByName)]
struct ShardRow {
    #[diesel(sql_type = Integer)]
    first: i32,
    #[diesel(sql_type = Integer)]
    last: i32,
    #[diesel(sql_type = Text)]
    host: String,
    #[diesel(sql_type = Integer)]
    port: i32,
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(diesel::QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Text)]
    id: String,
}

/// How long a statement may take, and a third of the time to open a connection.
const RESPONSE: Duration = Duration::from_secs(2);

impl ShardBackend for Postgres {
    fn shards(&self) -> Result<Vec<Shard<Address>>, Box<dyn Error + Send + Sync>> {
        // The servers behind a pooler are not those that it knows.
        if self.server.begin().is_some() {
            return Ok(Vec::new());
        }
        let rows = Bounded::open(&self.server, RESPONSE)?.query(read)??;
        let shard = |ShardRow { first, last, host, port, id }| {
            let server = Address { host, port: u16::try_from(port).ok()?, id };
            Some(Shard { first, last, server })
        };
        Ok(rows.into_iter().filter_map(shard).collect())
    }

    fn on(&self, address: &Address) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let server = self.server.at(&address.host, address.port);
        let IdRow { id } = Bounded::open(&server, RESPONSE)?.query(own_id)??;
        if id == address.id {
            Ok(Self { server, listen: None })
        } else {
            Err("another server, or another schema, is used there".into())
        }
    }
}

/// The id of the database and the schema of this server.
fn own_id(connection: &mut PgConnection) -> QueryResult<IdRow> {
    sql_query(format!("select concat_ws(' ', ({ID}), {SCHEMA}) as id")).get_result(connection)
}

fn read(connection: &mut PgConnection) -> QueryResult<Vec<ShardRow>> {
    if !is_distributed(connection)? {
        return Ok(Vec::new());
    }
    // The server waits for another one that does not respond, longer than this side waits for it.
    connection.batch_execute(&format!("set statement_timeout = {}", RESPONSE.as_millis()))?;
    sql_query(of_others()).bind::<Text, _>(ID).load(connection)
}

#[cfg(test)]
mod tests {
    use diesel::Connection;
    use tasknook_tests::Postgres as Server;

    use super::*;
    use crate::DatabaseOptions;

    /// A server with what Citus knows of itself.
    #[test]
    fn only_the_server_that_is_meant_is_used() {
        let url = Server::shared().create_database();
        let mut connection = PgConnection::establish(&url).unwrap();
        let own = r#"create table pg_dist_node_metadata (metadata jsonb); create table owners ();
            insert into pg_dist_node_metadata values ('{"server_id": "a"}')"#;
        connection.batch_execute(own).unwrap();
        let (_, rest) = url.split_once("://").unwrap();
        let (place, _) = rest.split_once('/').unwrap();
        let (_, place) = place.rsplit_once('@').unwrap_or(("", place));
        let (host, port) = place.rsplit_once(':').unwrap();
        let through = Postgres::new(&url, &DatabaseOptions::default());
        let on = |id: &str| {
            let (host, port) = (host.to_owned(), port.parse().unwrap());
            through.on(&Address { host, port, id: id.to_owned() })
        };
        assert!(on("a public").is_ok());
        for other in ["b public", "a other", "a", ""] {
            assert!(on(other).is_err_and(|error| error.to_string().contains("another server")), "{other}");
        }
    }
}

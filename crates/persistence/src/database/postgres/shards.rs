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
const ID: &str = "select metadata->>'server_id' as id from pg_dist_node_metadata";

/// The shards that only one server has: another one than this, which responds and knows the tables as this one does.
const SHARDS: &str = "select cast(shardminvalue as integer) as first, cast(shardmaxvalue as integer) as last,
        min(nodename) as host, min(nodeport) as port, min(result) as id
    from pg_dist_shard join pg_dist_placement using (shardid) join pg_dist_node using (groupid)
        left join run_command_on_all_nodes($1, give_warning_for_connection_errors => false) using (nodeid)
    where logicalrelid = to_regclass('owners') and noderole = 'primary'
    group by shardid, shardminvalue, shardmaxvalue
    having count(*) = 1 and bool_and(isactive and metadatasynced and success)
        and bool_and(groupid <> (select groupid from pg_dist_local_group))";

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
        let id =
            Bounded::open(&server, RESPONSE)?.query(|connection| sql_query(ID).get_result(connection))??;
        let IdRow { id } = id;
        if id == address.id {
            Ok(Self { server, listen: None })
        } else {
            Err("this is another server".into())
        }
    }
}

fn read(connection: &mut PgConnection) -> QueryResult<Vec<ShardRow>> {
    if !is_distributed(connection)? {
        return Ok(Vec::new());
    }
    // The server waits for another one that does not respond, longer than this side waits for it.
    connection.batch_execute(&format!("set statement_timeout = {}", RESPONSE.as_millis()))?;
    sql_query(SHARDS).bind::<Text, _>(ID).load(connection)
}

//! The bare statements on the same server, by `pgbench`, with its statements prepared.

use std::fs;
use std::time::Duration;

use tasknook_tests::folder;

use crate::context::Context;
use crate::databases::Database;
use crate::dataset::{DESCRIPTION, OWNERS_FROM, TITLE};
use crate::load::{Load, Work};

const COLUMNS: &str = "id, title, description, completed, created_at, updated_at, revision";

/// How many statements a client runs on one row before it picks another: picking costs one statement more.
const STATEMENTS_A_ROW: u32 = 200;

/// Transactions per second, after the warm-up: each client has a new server process, which has to prepare the statements and
/// load the catalog first.
pub(crate) fn run(
    context: &Context,
    database: &Database,
    load: &Load,
    warm_up: Duration,
    measured: Duration,
) -> Result<f64, String> {
    let file = folder("load").join("load.sql");
    fs::write(&file, script(load)).unwrap();
    let (clients, jobs) = (load.connections.to_string(), load.connections.min(2).to_string());
    let seconds = (warm_up + measured).as_secs().to_string();
    let mut arguments = vec!["-n", "-M", "prepared", "-P", "1", "-D", "left=0"];
    arguments.extend(["-c", &clients, "-j", &jobs, "-T", &seconds, "-f"]);
    arguments.extend([file.to_str().unwrap(), &database.url]);
    let exit = context.postgres().client("pgbench", &arguments).success();
    let whole = exit.stdout.contains("number of failed transactions: 0 ") && !exit.stderr.contains("ERROR");
    if !whole {
        return Err(format!("statements failed\n{}\n{}", exit.stdout, exit.stderr));
    }
    let each: Vec<f64> = exit
        .stderr
        .lines()
        .filter_map(progress)
        .filter(|(second, _)| *second > warm_up.as_secs_f64() + 0.5)
        .map(|(_, per_second)| per_second)
        .collect();
    let count = u32::try_from(each.len()).unwrap_or_default();
    if count == 0 {
        return Err(format!("pgbench prints no progress\n{}", exit.stderr));
    }
    Ok(each.iter().sum::<f64>() / f64::from(count))
}

/// The time and the transactions of the last second, as in `progress: 3.0 s, 39120.1 tps, lat …`.
fn progress(line: &str) -> Option<(f64, f64)> {
    let (time, rest) = line.strip_prefix("progress: ")?.split_once(" s, ")?;
    Some((time.parse().ok()?, rest.split_once(" tps")?.0.parse().ok()?))
}

/// The statement of a load, with `:owner_id` and `:id`.
pub(crate) fn statement(work: Work) -> String {
    match work {
        Work::One => format!(
            "select {COLUMNS} from tasks where owner_id = :owner_id and id = :id and deleted_at is null"
        ),
        Work::List => format!(
            "select {COLUMNS} from tasks where owner_id = :owner_id and deleted_at is null \
             order by created_at desc, id desc limit 50"
        ),
        Work::Create => format!(
            "insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, \
             revision) values (:owner_id, gen_random_uuid(), '{TITLE}', '{DESCRIPTION}', false, \
             '{}' || chr(31) || '{}', now(), now(), 1)",
            TITLE.to_lowercase(),
            DESCRIPTION.to_lowercase()
        ),
        Work::Update => format!(
            "update tasks set completed = not completed, updated_at = now(), revision = revision + 1 \
             where owner_id = :owner_id and id = :id and deleted_at is null returning {COLUMNS}"
        ),
        Work::Mix | Work::Bulk => panic!("pgbench has one statement"),
    }
}

fn script(load: &Load) -> String {
    let statement = statement(load.work);
    let any_owner = format!("\\set owner_id {OWNERS_FROM} + random(1, {})", load.owners());
    if matches!(load.work, Work::List | Work::Create) {
        return format!("{any_owner}\n{statement};\n");
    }
    let tasks_each = load.dataset.tasks_each;
    format!(
        "\\if :left > 0\n\
         \\set left :left - 1\n\
         \\else\n\
         {any_owner}\n\
         \\set place random(1, {tasks_each}) - 1\n\
         select id from tasks where owner_id = :owner_id order by created_at desc, id desc offset :place limit 1 \\gset\n\
         \\set left {STATEMENTS_A_ROW}\n\
         \\endif\n\
         {statement};\n"
    )
}

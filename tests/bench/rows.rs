//! What is measured: each row is one load and its contenders, the service first.

use crate::cell::{Cell, Running};
use crate::contender::Who::{self, Constant, FastApi, Pgbench, Plain, Service, VerifyingConstant};
use crate::issuer::Algorithm;
use crate::load::Engine::{self, Postgres, Sqlite};
use crate::load::Load;
use crate::load::Work::{self, Create, List, Mix, One, Update};
use crate::results::{CellResult, RowResult};
use crate::set::{LARGE, SMALL};
use crate::world::World;

pub(crate) struct Row {
    pub(crate) name: String,
    cells: Vec<Cell>,
}

/// The rows whose names hold `part`.
pub(crate) fn chosen(part: Option<&str>) -> Vec<Row> {
    let part = part.unwrap_or_default().to_lowercase();
    let chosen: Vec<Row> = all().into_iter().filter(|row| row.name.to_lowercase().contains(&part)).collect();
    assert!(!chosen.is_empty(), "no row's name holds {part:?}; --list names them");
    chosen
}

fn all() -> Vec<Row> {
    let mut rows = vec![
        row(One, Postgres, 1, &[Service, Plain, FastApi]),
        row(One, Postgres, 32, &[Service, Pgbench, Plain, FastApi]),
        with_hot_owner(row(One, Postgres, 256, &[Service, Pgbench, Plain, FastApi])),
        tokens(),
        row(List, Postgres, 1, &[Service, Plain, FastApi]),
        row(List, Postgres, 32, &[Service, Pgbench, FastApi]),
        row(List, Postgres, 256, &[Service, Pgbench, Plain, FastApi]),
        row(Create, Postgres, 1, &[Service, Plain, FastApi]),
        row(Create, Postgres, 32, &[Service, Pgbench, FastApi]),
        with_hot_owner(row(Create, Postgres, 256, &[Service, Pgbench, Plain, FastApi])),
        row(Update, Postgres, 32, &[Service, Pgbench, FastApi]),
        row(Update, Postgres, 256, &[Service, Pgbench, FastApi]),
        row(Mix, Postgres, 32, &[Service, FastApi]),
        row(Mix, Postgres, 256, &[Service, FastApi]),
        row(One, Sqlite, 1, &[Service, Plain]),
        row(One, Sqlite, 32, &[Service, Constant, VerifyingConstant, Plain]),
        row(One, Sqlite, 256, &[Service, Constant, VerifyingConstant]),
        row(List, Sqlite, 1, &[Service, Plain]),
        row(List, Sqlite, 256, &[Service, Constant]),
        row(Create, Sqlite, 1, &[Service, Plain]),
        row(Create, Sqlite, 32, &[Service, Plain]),
        row(Create, Sqlite, 256, &[Service, Plain]),
        row(Mix, Sqlite, 32, &[Service]),
        row(Mix, Sqlite, 256, &[Service]),
    ];
    for engine in [Postgres, Sqlite] {
        rows.extend([One, List, Create].map(|work| sizes(work, engine)));
    }
    rows
}

fn row(work: Work, engine: Engine, connections: u32, contenders: &[Who]) -> Row {
    let load = Load::new(work, engine, connections);
    let cells = contenders.iter().map(|who| Cell { who: *who, load, note: None }).collect();
    Row { name: load.to_string(), cells }
}

/// What the note of a cell says of its load.
pub(crate) const HOT: &str = "one hot owner";
pub(crate) const EDDSA: &str = "EdDSA";
pub(crate) const MANY_TASKS: &str = "2 million tasks";

/// All requests are one owner's.
fn with_hot_owner(mut row: Row) -> Row {
    let hot = row.cells.iter().take(1).map(|cell| Cell {
        who: cell.who,
        load: Load { hot: true, ..cell.load },
        note: Some(HOT),
    });
    let hot: Vec<Cell> = hot.collect();
    row.cells.extend(hot);
    row
}

/// Under either algorithm.
fn tokens() -> Row {
    let load = Load::new(One, Postgres, 256);
    let eddsa = Load { algorithm: Algorithm::EdDsa, ..load };
    let cells = vec![
        Cell { who: Service, load: eddsa, note: Some(EDDSA) },
        Cell { who: Service, load, note: Some("HS256") },
        Cell { who: FastApi, load: eddsa, note: Some(EDDSA) },
    ];
    Row { name: named(&load, "tokens"), cells }
}

/// With few tasks and with many.
fn sizes(work: Work, engine: Engine) -> Row {
    let load = Load::new(work, engine, 32);
    let cells = vec![
        Cell { who: Service, load: Load { set: SMALL, ..load }, note: Some("20 thousand tasks") },
        Cell { who: Service, load: Load { set: LARGE, ..load }, note: Some(MANY_TASKS) },
    ];
    Row { name: named(&load, "sizes"), cells }
}

/// A load's name that tells what the row is about, and is not found when the plain one is looked for.
fn named(load: &Load, about: &str) -> String {
    let work = load.work.to_string();
    load.to_string().replacen(&work, &format!("{work} ({about})"), 1)
}

impl Row {
    /// Runs the rounds. Every other one goes through the contenders from last to first, so that none is always the
    /// one that follows another's work.
    pub(crate) fn measure(&self, world: &World) -> RowResult {
        eprintln!("{}", self.name);
        let running: Vec<Running> = self.cells.iter().map(|cell| cell.start(world)).collect();
        let mut rounds: Vec<Vec<_>> = running.iter().map(|_| Vec::new()).collect();
        for number in 0..world.options.rounds {
            let mut order: Vec<_> = running.iter().zip(&mut rounds).collect();
            if number % 2 == 1 {
                order.reverse();
            }
            for (running, rounds) in order {
                rounds.push(running.round(world, number));
            }
        }
        let cells = self.cells.iter().zip(rounds);
        let cells = cells.map(|(cell, rounds)| CellResult { label: cell.label(), rounds });
        let result = RowResult { name: self.name.clone(), cells: cells.collect() };
        result.cells.iter().for_each(|cell| eprintln!("    {}", cell.summary()));
        result
    }
}

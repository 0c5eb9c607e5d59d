//! The rows: each is one load and its subjects, the service first.

use crate::context::Context;
use crate::dataset::{LARGE, SMALL};
use crate::issuer::Algorithm;
use crate::load::Engine::{self, Postgres, Sqlite};
use crate::load::Load;
use crate::load::Work::{self, Bulk, Create, List, Mix, One, Update};
use crate::measurement::{Measurement, Running};
use crate::results::{MeasurementResult, RowResult};
use crate::subject::Subject::{
    self, Baseline, FastApi, Pgbench, Service, StaticResponse, TokioPostgres, VerifiedStaticResponse,
};

pub(crate) struct Row {
    pub(crate) name: String,
    measurements: Vec<Measurement>,
}

/// The rows whose names contain `part`.
pub(crate) fn chosen(part: Option<&str>) -> Vec<Row> {
    let part = part.unwrap_or_default().to_lowercase();
    let chosen: Vec<Row> = all().into_iter().filter(|row| row.name.to_lowercase().contains(&part)).collect();
    assert!(!chosen.is_empty(), "no row's name contains {part:?}; --list lists them");
    chosen
}

fn all() -> Vec<Row> {
    let mut rows = vec![
        row(One, Postgres, 1, &[Service, TokioPostgres, Baseline, FastApi]),
        row(One, Postgres, 32, &[Service, TokioPostgres, Pgbench, Baseline, FastApi]),
        with_hot_owner(row(One, Postgres, 256, &[Service, TokioPostgres, Pgbench, Baseline, FastApi])),
        tokens(),
        with_lists_read(row(List, Postgres, 1, &[Service, TokioPostgres, Baseline, FastApi])),
        with_lists_read(row(List, Postgres, 32, &[Service, TokioPostgres, Pgbench, FastApi])),
        with_lists_read(row(List, Postgres, 256, &[Service, TokioPostgres, Pgbench, Baseline, FastApi])),
        row(Create, Postgres, 1, &[Service, TokioPostgres, Baseline, FastApi]),
        row(Create, Postgres, 32, &[Service, TokioPostgres, Pgbench, FastApi]),
        with_hot_owner(row(Create, Postgres, 256, &[Service, TokioPostgres, Pgbench, Baseline, FastApi])),
        row(Update, Postgres, 1, &[Service, TokioPostgres]),
        row(Update, Postgres, 32, &[Service, TokioPostgres, Pgbench, FastApi]),
        row(Update, Postgres, 256, &[Service, TokioPostgres, Pgbench, FastApi]),
        row(Mix, Postgres, 1, &[Service, TokioPostgres]),
        row(Mix, Postgres, 32, &[Service, TokioPostgres, FastApi]),
        row(Mix, Postgres, 256, &[Service, TokioPostgres, FastApi]),
        row(One, Sqlite, 1, &[Service, Baseline]),
        row(One, Sqlite, 32, &[Service, StaticResponse, VerifiedStaticResponse, Baseline]),
        row(One, Sqlite, 256, &[Service, StaticResponse, VerifiedStaticResponse]),
        with_lists_read(row(List, Sqlite, 1, &[Service, Baseline])),
        with_lists_read(row(List, Sqlite, 256, &[Service, StaticResponse])),
        row(Create, Sqlite, 1, &[Service, Baseline]),
        row(Create, Sqlite, 32, &[Service, Baseline]),
        row(Create, Sqlite, 256, &[Service, Baseline]),
        row(Mix, Sqlite, 32, &[Service]),
        row(Mix, Sqlite, 256, &[Service]),
    ];
    for engine in [Postgres, Sqlite] {
        rows.extend([One, List, Create].map(|work| sizes(work, engine)));
        rows.push(together(engine));
    }
    rows
}

fn row(work: Work, engine: Engine, connections: u32, subjects: &[Subject]) -> Row {
    let load = Load::new(work, engine, connections);
    let measurements =
        subjects.iter().map(|subject| Measurement { subject: *subject, load, note: None }).collect();
    Row { name: load.to_string(), measurements }
}

/// Notes of measurements.
pub(crate) const HOT: &str = "one hot owner";
pub(crate) const EDDSA: &str = "EdDSA";
pub(crate) const MANY_TASKS: &str = "2 million tasks";
pub(crate) const TOGETHER: &str = "a hundred in one request";

/// All requests are one owner's.
fn with_hot_owner(row: Row) -> Row {
    with_service(row, HOT, |load| Load { hot: true, ..load })
}

/// No list is kept.
fn with_lists_read(row: Row) -> Row {
    with_service(row, "each list read", |load| Load { keeps_lists: false, ..load })
}

/// Measures the service under a changed load, too.
fn with_service(mut row: Row, note: &'static str, changed: impl Fn(Load) -> Load) -> Row {
    let load = row.measurements.first().map(|measurement| changed(measurement.load));
    row.measurements.extend(load.map(|load| Measurement { subject: Service, load, note: Some(note) }));
    row
}

/// Under either algorithm.
fn tokens() -> Row {
    let load = Load::new(One, Postgres, 256);
    let eddsa = Load { algorithm: Algorithm::EdDsa, ..load };
    let measurements = vec![
        Measurement { subject: Service, load: eddsa, note: Some(EDDSA) },
        Measurement { subject: Service, load, note: Some("HS256") },
        Measurement { subject: FastApi, load: eddsa, note: Some(EDDSA) },
    ];
    Row { name: named(&load, "tokens"), measurements }
}

/// With few tasks and with many. Each list is read: a list that is kept costs the same however many tasks there are.
fn sizes(work: Work, engine: Engine) -> Row {
    let load = Load { keeps_lists: false, ..Load::new(work, engine, 32) };
    let measurements = vec![
        Measurement {
            subject: Service,
            load: Load { dataset: SMALL, ..load },
            note: Some("20 thousand tasks"),
        },
        Measurement { subject: Service, load: Load { dataset: LARGE, ..load }, note: Some(MANY_TASKS) },
    ];
    Row { name: named(&load, "sizes"), measurements }
}

/// Creates one after another, and a hundred in one request.
fn together(engine: Engine) -> Row {
    let load = Load::new(Create, engine, 1);
    let bulk = Load { work: Bulk, ..load };
    let measurements = vec![
        Measurement { subject: Service, load, note: Some("one in a request") },
        Measurement { subject: Service, load: bulk, note: Some(TOGETHER) },
    ];
    Row { name: named(&load, "together"), measurements }
}

/// The name of a load with an addition, so that `--only` with the load's own name does not match it.
fn named(load: &Load, about: &str) -> String {
    let work = load.work.to_string();
    load.to_string().replacen(&work, &format!("{work} ({about})"), 1)
}

impl Row {
    /// Runs the rounds. Every other round goes through the subjects from last to first, so that none is always the
    /// one that follows another's work.
    pub(crate) fn measure(&self, context: &Context) -> RowResult {
        eprintln!("{}", self.name);
        let running: Vec<Running> =
            self.measurements.iter().map(|measurement| measurement.start(context)).collect();
        let mut rounds: Vec<Vec<_>> = running.iter().map(|_| Vec::new()).collect();
        for number in 0..context.options.rounds {
            let mut order: Vec<_> = running.iter().zip(&mut rounds).collect();
            if number % 2 == 1 {
                order.reverse();
            }
            for (running, rounds) in order {
                rounds.push(running.round(context, number));
            }
        }
        let measurements = self.measurements.iter().zip(rounds);
        let measurements = measurements
            .map(|(measurement, rounds)| MeasurementResult { label: measurement.label(), rounds });
        let result = RowResult { name: self.name.clone(), measurements: measurements.collect() };
        result.measurements.iter().for_each(|measurement| eprintln!("    {}", measurement.summary()));
        result
    }
}

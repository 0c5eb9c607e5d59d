//! The targets of the service, as ratios within one run.

use std::fmt::Write;

use crate::results::{Results, RowResult};
use crate::rows::{HOT, MANY_TASKS, TOGETHER};
use crate::subject::Subject;

enum Goal {
    AtLeast(f64),
    AtMost(f64),
    Under(f64),
}

struct Target {
    name: &'static str,
    measured: Option<f64>,
    goal: Goal,
}

/// The table of those whose rows were measured; nothing when there are none.
pub(crate) fn table(results: &Results) -> String {
    let measured = all(results).into_iter().filter_map(|target| Some((target.measured?, target)));
    let mut text = String::new();
    for (measured, Target { name, goal, .. }) in measured {
        let (goal, met) = match goal {
            Goal::AtLeast(least) => (format!("≥ {least}"), measured >= least),
            Goal::AtMost(most) => (format!("≤ {most}"), measured <= most),
            Goal::Under(most) => (format!("< {most}"), measured < most),
        };
        let met = if met { "yes" } else { "**no**" };
        writeln!(text, "| {name} | {goal} | {measured:.2} | {met} |").unwrap();
    }
    if text.is_empty() {
        text
    } else {
        format!("| target | goal | measured | met |\n|---|--:|--:|---|\n{text}")
    }
}

fn all(results: &Results) -> Vec<Target> {
    let mut all = beside_the_database(results);
    all.extend(beside_tokio_postgres(results));
    all.extend(beside_others(results));
    all.extend(processor_time(results));
    all
}

fn beside_the_database(results: &Results) -> Vec<Target> {
    let ratio = |row: &str, subject: Subject| results.row(row)?.ratio(&subject.to_string());
    let one = "one task, PostgreSQL, 256 connections";
    let create = "create, PostgreSQL, 256 connections";
    let hot = results.row(create).and_then(|row| {
        row.measurements.iter().find(|measurement| measurement.label.ends_with(HOT))?.over(row.service()?)
    });
    vec![
        at_least("one task, PostgreSQL, 32 connections: service ÷ pgbench", 0.9, || {
            ratio("one task, PostgreSQL, 32 connections", Subject::Pgbench)
        }),
        at_least("one task, PostgreSQL, 256 connections: service ÷ pgbench", 1.2, || {
            ratio(one, Subject::Pgbench)
        }),
        Target {
            name: "one task, PostgreSQL, 256 connections: p99 ÷ median",
            measured: results.row(one).and_then(spread),
            goal: Goal::Under(4.0),
        },
        at_least("a list of 50, PostgreSQL, 256 connections: service ÷ pgbench", 0.8, || {
            ratio("a list of 50, PostgreSQL, 256 connections", Subject::Pgbench)
        }),
        at_least("create, PostgreSQL, a thousand owners, 256 connections: service ÷ pgbench", 1.5, || {
            ratio(create, Subject::Pgbench)
        }),
        at_least("create, PostgreSQL, 256 connections: one hot owner ÷ a thousand owners", 0.7, || hot),
        at_least("one task, SQLite, 32 connections: service ÷ static response", 0.45, || {
            ratio("one task, SQLite, 32 connections", Subject::StaticResponse)
        }),
        at_least("create, SQLite, 32 connections: service ÷ one transaction each", 4.0, || {
            ratio("create, SQLite, 32 connections", Subject::Baseline)
        }),
    ]
}

fn beside_tokio_postgres(results: &Results) -> Vec<Target> {
    let slowest = |name: &'static str, connections: &str| {
        let rows = results.rows.iter().filter(|row| row.name.ends_with(connections));
        at_least(name, 1.0, || least(rows.filter_map(|row| row.ratio(&Subject::TokioPostgres.to_string()))))
    };
    vec![
        slowest("1 connection, the slowest row: service ÷ axum + tokio-postgres", " 1 connection"),
        slowest("32 connections, the slowest row: service ÷ axum + tokio-postgres", " 32 connections"),
        slowest("256 connections, the slowest row: service ÷ axum + tokio-postgres", " 256 connections"),
    ]
}

fn beside_others(results: &Results) -> Vec<Target> {
    let rows = || results.rows.iter();
    let alone = |row: &&RowResult| row.name.ends_with(" 1 connection");
    let postgres = |row: &&RowResult| row.name.contains("PostgreSQL");
    vec![
        at_least("1 connection, the slowest row: service ÷ baseline", 0.95, || {
            least(rows().filter(alone).filter_map(|row| row.ratio(&Subject::Baseline.to_string())))
        }),
        at_least("PostgreSQL, the slowest row: service ÷ FastAPI", 25.0, || {
            least(rows().filter(postgres).filter_map(|row| row.ratio(fastapi(row)?)))
        }),
        at_least("peak memory, the least row: FastAPI ÷ service", 10.0, || {
            least(rows().filter_map(|row| {
                let theirs = row.measurement(fastapi(row)?)?.peak_mebibytes()?;
                Some(theirs / row.service()?.peak_mebibytes()?)
            }))
        }),
        at_least(
            "create, PostgreSQL, 1 connection: a hundred in one request ÷ one after another",
            8.0,
            || least(rows().filter(postgres).filter_map(together)),
        ),
        at_least("create, SQLite, 1 connection: a hundred in one request ÷ one after another", 8.0, || {
            least(rows().filter(|row| !postgres(row)).filter_map(together))
        }),
        at_least("2 million tasks and 20 thousand, PostgreSQL: the slower ÷ the faster", 0.85, || {
            least(rows().filter(postgres).filter_map(slower))
        }),
        at_least("2 million tasks and 20 thousand, SQLite: the slower ÷ the faster", 0.85, || {
            least(rows().filter(|row| !postgres(row)).filter_map(slower))
        }),
    ]
}

fn processor_time(results: &Results) -> Vec<Target> {
    let at_most = |name: &'static str, most: f64| {
        let service = name.split_once(": ").and_then(|(row, _)| results.row(row)?.service());
        let measured = service.and_then(|service| service.median(|samples| samples.cpu_micros));
        Target { name, measured, goal: Goal::AtMost(most) }
    };
    vec![
        at_most("one task, PostgreSQL, 32 connections: CPU µs of the service", 16.0),
        at_most("a list of 50, PostgreSQL, 32 connections: CPU µs of the service", 65.0),
        at_most("create, PostgreSQL, 32 connections: CPU µs of the service", 30.0),
    ]
}

fn at_least(name: &'static str, least: f64, measured: impl FnOnce() -> Option<f64>) -> Target {
    Target { name, measured: measured(), goal: Goal::AtLeast(least) }
}

fn spread(row: &RowResult) -> Option<f64> {
    let service = row.service()?;
    Some(service.median(|samples| samples.p99_ms)? / service.median(|samples| samples.median_ms)?)
}

fn fastapi(row: &RowResult) -> Option<&str> {
    row.measurements
        .iter()
        .map(|measurement| measurement.label.as_str())
        .find(|label| label.starts_with("FastAPI"))
}

fn slower(row: &RowResult) -> Option<f64> {
    let ratio = row
        .measurements
        .iter()
        .find(|measurement| measurement.label.ends_with(MANY_TASKS))?
        .over(row.service()?)?;
    Some(ratio.min(1.0 / ratio))
}

/// Tasks per second of requests with a hundred creates, over those of requests with one.
fn together(row: &RowResult) -> Option<f64> {
    let bulk = row.measurements.iter().find(|measurement| measurement.label.ends_with(TOGETHER))?;
    Some(100.0 * bulk.over(row.service()?)?)
}

fn least(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    ratios.reduce(f64::min)
}

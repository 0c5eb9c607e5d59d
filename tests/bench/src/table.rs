//! The results as a Markdown table.

use std::fmt::Write;

use crate::results::{MeasurementResult, Results, RowResult};

const HEAD: &str = "\
| load | subject | requests/s | service ÷ it | p50 ms | p99 ms | CPU µs | database CPU µs | peak MiB |
|---|---|--:|--:|--:|--:|--:|--:|--:|
";

pub(crate) fn of(results: &Results) -> String {
    let mut text = HEAD.to_owned();
    for row in &results.rows {
        for (place, measurement) in row.measurements.iter().enumerate() {
            let name = if place == 0 { row.name.as_str() } else { "" };
            writeln!(text, "| {name} | {}", line(row, measurement, place > 0)).unwrap();
        }
    }
    text
}

fn line(row: &RowResult, measurement: &MeasurementResult, is_compared: bool) -> String {
    if let Err(why) = measurement.samples() {
        return format!("{} | invalid: {} | | | | | | |", measurement.label, why.replace('\n', " "));
    }
    let ratio = row.ratio(&measurement.label).filter(|_| is_compared);
    let columns = [
        measurement.per_second().map(|value| format!("{value:.0}")),
        ratio.map(|value| format!("{value:.2}")),
        measurement.median(|samples| samples.median_ms).map(|value| format!("{value:.2}")),
        measurement.median(|samples| samples.p99_ms).map(|value| format!("{value:.2}")),
        measurement.median(|samples| samples.cpu_micros).map(|value| format!("{value:.1}")),
        measurement.median(|samples| samples.database_cpu_micros).map(|value| format!("{value:.1}")),
        measurement.peak_mebibytes().map(|value| format!("{value:.0}")),
    ];
    let columns: Vec<String> = columns.into_iter().map(Option::unwrap_or_default).collect();
    format!("{} | {} |", measurement.label, columns.join(" | "))
}

//! The figures as Markdown.

use std::fmt::Write;

use crate::results::{CellResult, Results, RowResult};

const HEAD: &str = "\
| load | contender | requests/s | service ÷ it | p50 ms | p99 ms | CPU s | database CPU s | peak MiB |
|---|---|--:|--:|--:|--:|--:|--:|--:|
";

pub(crate) fn of(results: &Results) -> String {
    let mut text = HEAD.to_owned();
    for row in &results.rows {
        for (place, cell) in row.cells.iter().enumerate() {
            let name = if place == 0 { row.name.as_str() } else { "" };
            writeln!(text, "| {name} | {}", line(row, cell, place > 0)).unwrap();
        }
    }
    text
}

fn line(row: &RowResult, cell: &CellResult, is_compared: bool) -> String {
    if let Err(why) = cell.figures() {
        return format!("{} | void: {} | | | | | | |", cell.label, why.replace('\n', " "));
    }
    let ratio = row.ratio(&cell.label).filter(|_| is_compared);
    let columns = [
        cell.per_second().map(|value| format!("{value:.0}")),
        ratio.map(|value| format!("{value:.2}")),
        cell.median(|figures| figures.median_ms).map(|value| format!("{value:.2}")),
        cell.median(|figures| figures.p99_ms).map(|value| format!("{value:.2}")),
        cell.median(|figures| figures.cpu).map(|value| format!("{value:.4}")),
        cell.median(|figures| figures.database_cpu).map(|value| format!("{value:.4}")),
        cell.peak_mebibytes().map(|value| format!("{value:.0}")),
    ];
    let columns: Vec<String> = columns.into_iter().map(Option::unwrap_or_default).collect();
    format!("{} | {} |", cell.label, columns.join(" | "))
}

//! What the rounds gave, and what follows from it.

use crate::cell::Figures;

pub(crate) struct CellResult {
    pub(crate) label: String,
    /// An error voids the cell.
    pub(crate) rounds: Vec<Result<Figures, String>>,
}

pub(crate) struct RowResult {
    pub(crate) name: String,
    pub(crate) cells: Vec<CellResult>,
}

pub(crate) struct Results {
    pub(crate) rows: Vec<RowResult>,
}

impl CellResult {
    /// The figures of all rounds; the first error when there is one.
    pub(crate) fn figures(&self) -> Result<Vec<Figures>, String> {
        self.rounds.iter().cloned().collect()
    }

    /// The median over the rounds; none when the cell is void or has no such figure.
    pub(crate) fn median(&self, figure: fn(&Figures) -> Option<f64>) -> Option<f64> {
        median(self.figures().ok()?.iter().map(figure).collect::<Option<_>>()?)
    }

    pub(crate) fn per_second(&self) -> Option<f64> {
        self.median(|figures| Some(figures.per_second))
    }

    pub(crate) fn peak_mebibytes(&self) -> Option<f64> {
        let peaks: Option<Vec<f64>> =
            self.figures().ok()?.iter().map(|figures| figures.peak_mebibytes).collect();
        peaks?.into_iter().reduce(f64::max)
    }

    /// The median of the ratios to another cell of the row, round by round.
    pub(crate) fn over(&self, other: &Self) -> Option<f64> {
        let (own, others) = (self.figures().ok()?, other.figures().ok()?);
        median(own.iter().zip(&others).map(|(own, other)| own.per_second / other.per_second).collect())
    }

    pub(crate) fn summary(&self) -> String {
        let per_second = self.figures().map(|all| {
            let each: Vec<String> = all.iter().map(|figures| format!("{:.0}", figures.per_second)).collect();
            each.join(" ")
        });
        format!("{}: {}", self.label, per_second.unwrap_or_else(|why| format!("void: {why}")))
    }
}

impl RowResult {
    pub(crate) fn cell(&self, label: &str) -> Option<&CellResult> {
        self.cells.iter().find(|cell| cell.label == label)
    }

    /// The first cell, which is the service.
    pub(crate) fn service(&self) -> Option<&CellResult> {
        self.cells.first()
    }

    /// How many times as fast as another cell the service is.
    pub(crate) fn ratio(&self, label: &str) -> Option<f64> {
        self.service()?.over(self.cell(label)?)
    }
}

impl Results {
    pub(crate) fn of(rows: Vec<RowResult>) -> Self {
        Self { rows }
    }

    pub(crate) fn row(&self, name: &str) -> Option<&RowResult> {
        self.rows.iter().find(|row| row.name == name)
    }

    pub(crate) fn has_void(&self) -> bool {
        self.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.figures().is_err())
    }
}

fn median(mut all: Vec<f64>) -> Option<f64> {
    all.sort_by(f64::total_cmp);
    let middle = all.len() / 2;
    let upper = *all.get(middle)?;
    if all.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*all.get(middle - 1)?, upper)) }
}

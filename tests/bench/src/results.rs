//! The results of the rounds, and the ratios between them.

use crate::measurement::Sample;

pub(crate) struct MeasurementResult {
    pub(crate) label: String,
    /// An error makes the measurement invalid.
    pub(crate) rounds: Vec<Result<Sample, String>>,
}

pub(crate) struct RowResult {
    pub(crate) name: String,
    pub(crate) measurements: Vec<MeasurementResult>,
}

pub(crate) struct Results {
    pub(crate) rows: Vec<RowResult>,
}

impl MeasurementResult {
    /// The samples of all rounds, or the first error.
    pub(crate) fn samples(&self) -> Result<Vec<Sample>, String> {
        self.rounds.iter().cloned().collect()
    }

    /// The median over the rounds; `None` when the measurement is invalid or lacks the value.
    pub(crate) fn median(&self, value: fn(&Sample) -> Option<f64>) -> Option<f64> {
        median(self.samples().ok()?.iter().map(value).collect::<Option<_>>()?)
    }

    pub(crate) fn per_second(&self) -> Option<f64> {
        self.median(|samples| Some(samples.per_second))
    }

    pub(crate) fn peak_mebibytes(&self) -> Option<f64> {
        let peaks: Option<Vec<f64>> =
            self.samples().ok()?.iter().map(|samples| samples.peak_mebibytes).collect();
        peaks?.into_iter().reduce(f64::max)
    }

    /// The median of the ratios to another measurement of the row, round by round.
    pub(crate) fn over(&self, other: &Self) -> Option<f64> {
        let (own, others) = (self.samples().ok()?, other.samples().ok()?);
        median(own.iter().zip(&others).map(|(own, other)| own.per_second / other.per_second).collect())
    }

    pub(crate) fn summary(&self) -> String {
        let per_second = self.samples().map(|all| {
            let each: Vec<String> = all.iter().map(|samples| format!("{:.0}", samples.per_second)).collect();
            each.join(" ")
        });
        format!("{}: {}", self.label, per_second.unwrap_or_else(|why| format!("invalid: {why}")))
    }
}

impl RowResult {
    pub(crate) fn measurement(&self, label: &str) -> Option<&MeasurementResult> {
        self.measurements.iter().find(|measurement| measurement.label == label)
    }

    /// The first measurement, which is the service.
    pub(crate) fn service(&self) -> Option<&MeasurementResult> {
        self.measurements.first()
    }

    /// How many times as fast as another measurement the service is.
    pub(crate) fn ratio(&self, label: &str) -> Option<f64> {
        self.service()?.over(self.measurement(label)?)
    }
}

impl Results {
    pub(crate) fn of(rows: Vec<RowResult>) -> Self {
        Self { rows }
    }

    pub(crate) fn row(&self, name: &str) -> Option<&RowResult> {
        self.rows.iter().find(|row| row.name == name)
    }

    pub(crate) fn has_invalid(&self) -> bool {
        self.rows.iter().flat_map(|row| &row.measurements).any(|measurement| measurement.samples().is_err())
    }
}

fn median(mut all: Vec<f64>) -> Option<f64> {
    all.sort_by(f64::total_cmp);
    let middle = all.len() / 2;
    let upper = *all.get(middle)?;
    if all.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*all.get(middle - 1)?, upper)) }
}

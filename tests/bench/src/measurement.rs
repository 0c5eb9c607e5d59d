//! One subject under one load, measured round by round.

use std::time::Duration;

use crate::context::Context;
use crate::load::Load;
use crate::options::Options;
use crate::pgbench;
use crate::processes;
use crate::subject::{RunningSubject, Subject};
use crate::wrk::Script;

/// A subject, its load, and a note.
pub(crate) struct Measurement {
    pub(crate) subject: Subject,
    pub(crate) load: Load,
    /// What differs from the other measurements of the row.
    pub(crate) note: Option<&'static str>,
}

/// The results of one round.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) median_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
    /// Processor time of one request.
    pub(crate) cpu_micros: Option<f64>,
    /// The same of the database server.
    pub(crate) database_cpu_micros: Option<f64>,
    /// Since the subject was started.
    pub(crate) peak_mebibytes: Option<f64>,
}

/// A measurement whose subject is running.
pub(crate) struct Running<'a> {
    measurement: &'a Measurement,
    subject: RunningSubject,
    script: Option<Script>,
}

impl Measurement {
    pub(crate) fn label(&self) -> String {
        self.note.map_or_else(|| self.subject.to_string(), |note| format!("{}, {note}", self.subject))
    }

    pub(crate) fn start(&self, context: &Context) -> Running<'_> {
        let subject = RunningSubject::start(context, self.subject, &self.load);
        let script = (self.subject != Subject::Pgbench).then(|| Script::new(context, &self.load));
        Running { measurement: self, subject, script }
    }
}

impl Running<'_> {
    /// Loads the subject, first to warm it up, then to measure.
    pub(crate) fn round(&self, context: &Context, number: usize) -> Result<Sample, String> {
        self.subject.prepare(context, &self.measurement.load);
        let (warm_up, measured) = (Options::warm_up(number), self.measured(context));
        let Some(script) = &self.script else {
            let (database, load) = (self.subject.database(), &self.measurement.load);
            let per_second = pgbench::run(context, database, load, warm_up, measured)?;
            return Ok(Sample { per_second, ..Sample::default() });
        };
        script.run(self.subject.url(), warm_up)?;
        self.subject.settle();
        let processes = [self.subject.process(), self.database_process(context)];
        let before = processes.map(|process| process.map(processes::seconds));
        let outcome = script.run(self.subject.url(), measured)?;
        let after = processes.map(|process| process.map(processes::seconds));
        self.subject.settle();
        if outcome.requests == 0.0 {
            return Err("there was no response".to_owned());
        }
        let cost =
            |before: Option<f64>, after: Option<f64>| Some((after? - before?) / outcome.requests * 1e6);
        let ([own_before, database_before], [own_after, database_after]) = (before, after);
        Ok(Sample {
            per_second: outcome.requests / outcome.seconds,
            median_ms: Some(outcome.median_ms),
            p99_ms: Some(outcome.p99_ms),
            cpu_micros: cost(own_before, own_after),
            database_cpu_micros: cost(database_before, database_after),
            peak_mebibytes: self.subject.process().map(processes::peak_mebibytes),
        })
    }

    /// Of 256 concurrent requests `FastAPI` sends the first response when the last is nearly done. It gets twice
    /// the time, so that where the last such wave ends matters less.
    fn measured(&self, context: &Context) -> Duration {
        context.options.measured() * if self.measurement.subject == Subject::FastApi { 2 } else { 1 }
    }

    fn database_process(&self, context: &Context) -> Option<u32> {
        let uses_it = self.measurement.load.engine == crate::load::Engine::Postgres
            && !matches!(self.measurement.subject, Subject::StaticResponse | Subject::VerifiedStaticResponse);
        uses_it.then(|| context.postgres().id())
    }
}

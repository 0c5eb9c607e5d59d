//! One contender under one load: what is measured, round by round.

use std::time::Duration;

use crate::contender::{Contender, Who};
use crate::load::Load;
use crate::options::Options;
use crate::pgbench;
use crate::processes;
use crate::world::World;
use crate::wrk::Script;

/// What is to be measured.
pub(crate) struct Cell {
    pub(crate) who: Who,
    pub(crate) load: Load,
    /// What is special about it in its row.
    pub(crate) note: Option<&'static str>,
}

/// What one round gave.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    pub(crate) median_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
    /// Processor seconds of 1,000 requests.
    pub(crate) cpu: Option<f64>,
    /// The same of the database server.
    pub(crate) database_cpu: Option<f64>,
    /// Since the contender was started.
    pub(crate) peak_mebibytes: Option<f64>,
}

/// A cell whose contender runs.
pub(crate) struct Running<'a> {
    cell: &'a Cell,
    contender: Contender,
    script: Option<Script>,
}

impl Cell {
    pub(crate) fn label(&self) -> String {
        self.note.map_or_else(|| self.who.to_string(), |note| format!("{}, {note}", self.who))
    }

    pub(crate) fn start(&self, world: &World) -> Running<'_> {
        let contender = Contender::start(world, self.who, &self.load);
        let script = (self.who != Who::Pgbench).then(|| Script::new(world, &self.load));
        Running { cell: self, contender, script }
    }
}

impl Running<'_> {
    /// Loads the contender, first to warm it up, then to measure.
    pub(crate) fn round(&self, world: &World, number: usize) -> Result<Figures, String> {
        self.contender.prepare(world, &self.cell.load);
        let (warm_up, measured) = (Options::warm_up(number), self.measured(world));
        let Some(script) = &self.script else {
            let (database, load) = (self.contender.database(), &self.cell.load);
            let per_second = pgbench::run(world, database, load, warm_up, measured)?;
            return Ok(Figures { per_second, ..Figures::default() });
        };
        script.run(self.contender.url(), warm_up)?;
        self.contender.settle();
        let processes = [self.contender.process(), self.database_process(world)];
        let before = processes.map(|process| process.map(processes::seconds));
        let answered = script.run(self.contender.url(), measured)?;
        let after = processes.map(|process| process.map(processes::seconds));
        self.contender.settle();
        if answered.requests == 0.0 {
            return Err("nothing was answered".to_owned());
        }
        let cost =
            |before: Option<f64>, after: Option<f64>| Some((after? - before?) / answered.requests * 1000.0);
        let ([own_before, database_before], [own_after, database_after]) = (before, after);
        Ok(Figures {
            per_second: answered.requests / answered.seconds,
            median_ms: Some(answered.median_ms),
            p99_ms: Some(answered.p99_ms),
            cpu: cost(own_before, own_after),
            database_cpu: cost(database_before, database_after),
            peak_mebibytes: self.contender.process().map(processes::peak_mebibytes),
        })
    }

    /// Of 256 requests that `FastAPI` is sent at once it answers the first when the last is nearly done: it gets twice
    /// the time, so that where the last such wave ends matters less.
    fn measured(&self, world: &World) -> Duration {
        world.options.measured() * if self.cell.who == Who::FastApi { 2 } else { 1 }
    }

    fn database_process(&self, world: &World) -> Option<u32> {
        let uses_it = self.cell.load.engine == crate::load::Engine::Postgres
            && !matches!(self.cell.who, Who::Constant | Who::VerifyingConstant);
        uses_it.then(|| world.postgres().id())
    }
}

//! The job that makes search texts by the current rule. It changes neither the revision of a task nor its times.

use domain::Timestamp;

use super::JobBackend;
use super::progress::first_task;
use super::run::{Run, Step};
use super::step::{CHANGES, JobConnection, ROWS, SearchRow};
use crate::backend::Failure;
use crate::options::RunEnd;

impl<B: JobBackend> Run<'_, B> {
    /// Continues the pass over the tasks, or begins one if due. Rows that version 0.1.0 wrote beside this one have no mark that
    /// an index could find, hence a pass reads the keys of all tasks.
    pub(super) fn rewrite_search_texts(&mut self, now: Timestamp) -> Result<RunEnd, Failure> {
        if !self.progress.is_rewrite_due(now) {
            return Ok(RunEnd::Completed);
        }
        loop {
            let after = self.progress.tasks_after.clone().unwrap_or_else(first_task);
            let page = self.read(|connection| connection.tasks(&after))?;
            let older: Vec<SearchRow> = page.iter().filter(|(.., is_older)| *is_older).cloned().collect();
            if let RunEnd::LeftToAnotherProcess = self.rewrite_page(&older)? {
                return Ok(RunEnd::LeftToAnotherProcess);
            }
            if page.len() < ROWS {
                self.progress.tasks_after = None;
                self.progress.tasks_passed_at = Some(now);
                return Ok(RunEnd::Completed);
            }
            self.progress.tasks_after = page.last().map(|(owner, id, _)| (owner.clone(), *id));
            (self.pause)();
        }
    }

    fn rewrite_page(&mut self, older: &[SearchRow]) -> Result<RunEnd, Failure> {
        let owners = older.chunk_by(|(one, ..), (next, ..)| one == next);
        for rows in owners.flat_map(|rows| rows.chunks(CHANGES)) {
            let Some((owner, ..)) = rows.first() else { continue };
            match self.step(owner, |connection| connection.rewrite_search_texts(owner, rows))? {
                Step::Changed(rewritten) => self.progress.report.rewritten += rewritten,
                Step::OwnerIsLocked => self.progress.report.skipped += 1,
                Step::LeftToAnotherProcess => return Ok(RunEnd::LeftToAnotherProcess),
            }
            self.progress.tasks_after = rows.last().map(|(owner, id, _)| (owner.clone(), *id));
            (self.pause)();
        }
        Ok(RunEnd::Completed)
    }
}

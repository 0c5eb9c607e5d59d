//! The jobs over all tasks: they make search texts by the current rule, and store the keys of the manual order that rows of
//! version 0.1.0 derive. They change neither the revision of a task nor its times.

use diesel::QueryResult;
use domain::Timestamp;

use super::JobBackend;
use super::progress::first_task;
use super::run::{Run, Step};
use super::step::{CHANGES, JobConnection, PassRow, ROWS};
use crate::JobsReport;
use crate::backend::Failure;
use crate::options::RunEnd;

impl<B: JobBackend> Run<'_, B> {
    /// Continues the pass over the tasks, or begins one if due. Rows that version 0.1.0 wrote beside this one have no mark that
    /// an index could find, hence a pass reads the keys of all tasks.
    pub(super) fn complete_rows(&mut self, now: Timestamp) -> Result<RunEnd, Failure> {
        if !self.progress.is_rewrite_due(now) {
            return Ok(RunEnd::Completed);
        }
        loop {
            let after = self.progress.tasks_after.clone().unwrap_or_else(first_task);
            let page = self.read(|connection| connection.tasks(&after))?;
            let with = |is_due: fn(&PassRow) -> bool| -> Vec<PassRow> {
                page.iter().filter(|row| is_due(row)).cloned().collect()
            };
            let ended = self.change_page(
                &with(|(_, _, is_older, _)| *is_older),
                JobConnection::rewrite_search_texts,
                |report| &mut report.rewritten,
            )?;
            if let RunEnd::LeftToAnotherProcess = ended {
                return Ok(ended);
            }
            let ended = self.change_page(
                &with(|(.., has_no_key)| *has_no_key),
                JobConnection::store_positions,
                |report| &mut report.positioned,
            )?;
            if let RunEnd::LeftToAnotherProcess = ended {
                return Ok(ended);
            }
            if page.len() < ROWS {
                self.progress.tasks_after = None;
                self.progress.tasks_passed_at = Some(now);
                return Ok(RunEnd::Completed);
            }
            self.progress.tasks_after = page.last().map(|(owner, id, ..)| (owner.clone(), *id));
            (self.pause)();
        }
    }

    /// Changes these rows of a page, which is read again if that fails.
    fn change_page(
        &mut self,
        rows: &[PassRow],
        change: fn(&mut B::Connection, &str, &[PassRow]) -> QueryResult<u64>,
        count: fn(&mut JobsReport) -> &mut u64,
    ) -> Result<RunEnd, Failure> {
        let owners = rows.chunk_by(|(one, ..), (next, ..)| one == next);
        for rows in owners.flat_map(|rows| rows.chunks(CHANGES)) {
            let Some((owner, ..)) = rows.first() else { continue };
            match self.step(owner, |connection| change(connection, owner, rows))? {
                Step::Changed(rows) => *count(&mut self.progress.report) += rows,
                Step::OwnerIsLocked => self.progress.report.skipped += 1,
                Step::LeftToAnotherProcess => return Ok(RunEnd::LeftToAnotherProcess),
            }
            (self.pause)();
        }
        Ok(RunEnd::Completed)
    }
}

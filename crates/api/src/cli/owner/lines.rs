//! The format of an export: JSON lines, version 1. The first line names the format and the owner, the last one counts the
//! others, so that an incomplete file is recognized. A task is written and read as in the API.

mod lists;

use std::io::{self, BufRead, BufReader, Read, Write};

use domain::{
    ImportedTask, ImportedTimes, NullPolicy, OrderKey, OwnerId, TaskId, TextLimits, Timestamp, Violation,
};
use persistence::{EntryError, ImportedEntry, StoredEntry};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::http::json::JsonObject;
use crate::http::representation::TaskJson;
use crate::http::representation::lists::ListJson;

/// The version of the format.
const VERSION: u32 = 1;

/// The longest line that is read, in bytes: more than a task with the longest texts, each character escaped.
const MAX_LINE: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Header {
    tasknook_export: u32,
    owner_id: String,
    revision: i64,
}

#[derive(Serialize)]
struct ListLine<'a> {
    list: ListJson<'a>,
}

#[derive(Serialize)]
struct TaskLine<'a> {
    task: TaskJson<'a>,
}

#[derive(Serialize)]
struct TrashedLine<'a> {
    trashed: TaskJson<'a>,
}

#[derive(Serialize)]
struct TombstoneLine {
    tombstone: TombstoneJson,
}

#[derive(Serialize)]
struct TombstoneJson {
    id: String,
    revision: i64,
    deleted_at: String,
}

#[derive(Serialize)]
struct EndLine {
    end: Counts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Counts {
    /// Absent from an export of a version without lists.
    #[serde(default)]
    lists: u64,
    tasks: u64,
    /// Absent from an export of a version without a trash.
    #[serde(default)]
    trashed: u64,
    tombstones: u64,
}

/// Any line after the first one. Only one of the members is present.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    list: Option<&'a RawValue>,
    #[serde(borrow)]
    task: Option<&'a RawValue>,
    #[serde(borrow)]
    trashed: Option<&'a RawValue>,
    #[serde(borrow)]
    tombstone: Option<&'a RawValue>,
    end: Option<Counts>,
}

/// The members of a task that only the service writes otherwise.
#[derive(Deserialize)]
struct KeptMembers {
    id: String,
    completed_at: Option<String>,
    created_at: String,
    updated_at: String,
    /// Absent from an export of a version without a manual order.
    position: Option<String>,
    deleted_at: Option<String>,
}

/// Writes an export.
pub(super) struct LineWriter<W> {
    owner: String,
    output: W,
    counts: Counts,
}

impl<W: Write> LineWriter<W> {
    pub(super) fn new(owner: &OwnerId, output: W) -> Self {
        Self { owner: owner.as_str().to_owned(), output, counts: Counts::default() }
    }

    /// Writes the line of one entry; the revision is the first of them.
    pub(super) fn write(&mut self, entry: StoredEntry) -> io::Result<()> {
        match entry {
            StoredEntry::Revision(revision) => {
                let owner_id = self.owner.clone();
                self.line(&Header { tasknook_export: VERSION, owner_id, revision })
            }
            StoredEntry::List(list) => {
                self.counts.lists += 1;
                self.line(&ListLine { list: ListJson(&list) })
            }
            StoredEntry::Task(task) if task.deleted_at.is_some() => {
                self.counts.trashed += 1;
                self.line(&TrashedLine { trashed: TaskJson(&task) })
            }
            StoredEntry::Task(task) => {
                self.counts.tasks += 1;
                self.line(&TaskLine { task: TaskJson(&task) })
            }
            StoredEntry::Tombstone(tombstone) => {
                self.counts.tombstones += 1;
                self.line(&TombstoneLine {
                    tombstone: TombstoneJson {
                        id: tombstone.id.to_string(),
                        revision: tombstone.revision.number(),
                        deleted_at: tombstone.at.to_string(),
                    },
                })
            }
        }
    }

    /// Writes the last line, and returns the number of tasks.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        let end = EndLine { end: self.counts };
        self.line(&end)?;
        self.output.flush()?;
        Ok(self.counts.tasks + self.counts.trashed)
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.output, line)?;
        self.output.write_all(b"\n")
    }
}

/// Reads the lists and tasks of an export. It ends after the last line, or with the first error, which names the line.
pub(super) struct LineReader<R> {
    input: BufReader<R>,
    limits: TextLimits,
    revision: i64,
    number: u64,
    counts: Counts,
    is_done: bool,
}

impl<R: Read> LineReader<R> {
    /// Reads the first line.
    pub(super) fn new(input: R, limits: TextLimits) -> Result<Self, EntryError> {
        let mut reader = Self {
            input: BufReader::new(input),
            limits,
            revision: 0,
            number: 0,
            counts: Counts::default(),
            is_done: false,
        };
        let line = reader.next_line()?.unwrap_or_default();
        let header: Header =
            serde_json::from_str(&line).map_err(|error| format!("line 1: not an export: {error}"))?;
        if header.tasknook_export != VERSION {
            return Err(format!("line 1: version {} of the format is unknown", header.tasknook_export).into());
        }
        // Revisions are below 2^53; half of that leaves room for the new ones.
        if !(0..1 << 52).contains(&header.revision) {
            return Err("line 1: the revision is out of range".into());
        }
        reader.revision = header.revision;
        Ok(reader)
    }

    /// The owner's revision at the time of the export.
    pub(super) const fn revision(&self) -> i64 {
        self.revision
    }

    fn next_line(&mut self) -> Result<Option<String>, EntryError> {
        self.number += 1;
        let mut line = String::new();
        let length = self.input.by_ref().take(MAX_LINE).read_line(&mut line)?;
        if length as u64 == MAX_LINE {
            return Err(format!("line {}: longer than {MAX_LINE} bytes", self.number).into());
        }
        Ok((length > 0).then_some(line))
    }

    /// The list or task of the next line that has one.
    fn next_entry(&mut self) -> Result<Option<ImportedEntry>, EntryError> {
        while let Some(line) = self.next_line()? {
            let number = self.number;
            let at = |error: EntryError| EntryError::from(format!("line {number}: {error}"));
            let line: Line<'_> = serde_json::from_str(&line).map_err(|error| at(error.into()))?;
            match (line.list, line.task, line.trashed, line.tombstone, line.end) {
                (Some(list), None, None, None, None) => {
                    self.counts.lists += 1;
                    return lists::list(list).map(|list| Some(ImportedEntry::List(list))).map_err(at);
                }
                (None, Some(task), None, None, None) => {
                    self.counts.tasks += 1;
                    return self.task(task).map(|task| Some(ImportedEntry::Task(task))).map_err(at);
                }
                (None, None, Some(task), None, None) => {
                    self.counts.trashed += 1;
                    return self.trashed(task).map(|task| Some(ImportedEntry::Task(task))).map_err(at);
                }
                (None, None, None, Some(_), None) => self.counts.tombstones += 1,
                (None, None, None, None, Some(counts)) if counts == self.counts => {
                    return self.end().map(|()| None).map_err(at);
                }
                (None, None, None, None, Some(_)) => {
                    return Err(at("lines before it are missing".into()));
                }
                _ => return Err(at("neither a task nor a list nor a tombstone nor the end".into())),
            }
        }
        Err(format!("line {}: the end is missing; the file is incomplete", self.number).into())
    }

    fn end(&mut self) -> Result<(), EntryError> {
        match self.next_line()? {
            None => Ok(()),
            Some(_) => Err("more lines follow the end".into()),
        }
    }

    /// A task in the trash, which has the time of its deletion.
    fn trashed(&self, task: &RawValue) -> Result<ImportedTask, EntryError> {
        let KeptMembers { deleted_at, .. } = serde_json::from_str(task.get())?;
        let deleted_at = deleted_at.as_deref().and_then(Timestamp::parse);
        let deleted_at = deleted_at.ok_or("deleted_at: must be a time in RFC 3339")?;
        let task = self.task(task)?;
        // A deletion is a change, and nothing changes a task in the trash.
        if deleted_at < task.updated_at {
            return Err("deleted_at: must not be before updated_at".into());
        }
        Ok(ImportedTask { deleted_at: Some(deleted_at), ..task })
    }

    fn task(&self, task: &RawValue) -> Result<ImportedTask, EntryError> {
        let KeptMembers { id, completed_at, created_at, updated_at, position, deleted_at: _ } =
            serde_json::from_str(task.get())?;
        let key = |text: String| OrderKey::parse(&text).ok_or("position: must be 1 to 64 letters and digits");
        let position = position.map(key).transpose()?;
        let id = TaskId::parse(&id).filter(|id| !id.uuid().is_nil()).ok_or("id: must be a UUID")?;
        let time =
            |name, text: &str| Timestamp::parse(text).ok_or(format!("{name}: must be a time in RFC 3339"));
        let times = ImportedTimes {
            completed_at: completed_at.map(|text| time("completed_at", &text)).transpose()?,
            created_at: time("created_at", &created_at)?,
            updated_at: time("updated_at", &updated_at)?,
        };
        let input = JsonObject::parse(task.get().as_bytes())
            .and_then(|object| object.into_input(NullPolicy::Reject))
            .map_err(|problem| problem.to_string())?;
        let imported = input.into_imported_task(id, times, self.limits);
        let listed = |violations: Vec<Violation>| {
            violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        Ok(ImportedTask { position, ..imported.map_err(listed)? })
    }
}

impl<R: Read> Iterator for LineReader<R> {
    type Item = Result<ImportedEntry, EntryError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let next = self.next_entry().transpose();
        self.is_done = !matches!(next, Some(Ok(_)));
        next
    }
}

#[cfg(test)]
mod tests;

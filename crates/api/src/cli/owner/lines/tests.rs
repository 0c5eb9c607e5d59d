use domain::{Revision, Title, Tombstone};

use super::*;

const ID: &str = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";

fn task() -> domain::Task {
    let at = |millis: i64| Timestamp::from_unix_millis(1_795_252_517_465 + millis).unwrap();
    let title = Title::parse("line\nbreak \u{2028} \"quoted\" 🚀", 200).unwrap();
    let task = domain::NewTask::new(TaskId::parse(ID).unwrap(), title);
    ImportedTask {
        task,
        completed_at: None,
        created_at: at(0),
        updated_at: at(1),
        position: None,
        deleted_at: None,
    }
    .into_task(OwnerId::parse("zoë").unwrap(), Revision::new(3))
}

fn trashed() -> domain::Task {
    let deleted_at = Timestamp::from_unix_millis(task().updated_at.unix_millis() + 1);
    domain::Task { revision: Revision::new(2), deleted_at, ..task() }
}

fn exported() -> String {
    let mut output = Vec::new();
    let mut lines = LineWriter::new(&OwnerId::parse("zoë").unwrap(), &mut output);
    lines.write(StoredEntry::Revision(4)).unwrap();
    lines.write(StoredEntry::Task(task())).unwrap();
    lines.write(StoredEntry::Task(trashed())).unwrap();
    let (id, at) = (TaskId::parse(ID).unwrap(), task().updated_at);
    lines.write(StoredEntry::Tombstone(Tombstone { id, revision: Revision::new(4), at })).unwrap();
    lines.finish().unwrap();
    String::from_utf8(output).unwrap()
}

fn read(text: &str) -> Result<Vec<ImportedTask>, String> {
    let lines = LineReader::new(text.as_bytes(), TextLimits::default()).map_err(|error| error.to_string())?;
    let entries: Result<Vec<ImportedEntry>, _> = lines.collect();
    let task = |entry| if let ImportedEntry::Task(task) = entry { Some(task) } else { None };
    entries.map(|entries| entries.into_iter().filter_map(task).collect()).map_err(|error| error.to_string())
}

#[test]
fn exports_have_one_line_per_entry() {
    let expected = [
        r#"{"tasknook_export":1,"owner_id":"zoë","revision":4}"#,
        &format!(
            r#"{{"task":{{"id":"{ID}","user_id":"zoë","title":"line\nbreak {}"#,
            "\u{2028} \\\"quoted\\\" 🚀\",\"description\":null,\"completed\":false,\"priority\":\"medium\",\"tags\":[],\
             \"due_date\":null,\"list_id\":null,\"completed_at\":null,\"created_at\":\"2026-11-21T09:15:17.465Z\",\
             \"updated_at\":\"2026-11-21T09:15:17.466Z\",\"revision\":3,\"position\":\"B0e4d5d4bc61a6fe655b3f92e183cc62f5c595a0c084ee\"}}"
        ),
        &format!(
            r#"{{"trashed":{{"id":"{ID}","user_id":"zoë","title":"line\nbreak {}"#,
            "\u{2028} \\\"quoted\\\" 🚀\",\"description\":null,\"completed\":false,\"priority\":\"medium\",\"tags\":[],\
             \"due_date\":null,\"list_id\":null,\"completed_at\":null,\"created_at\":\"2026-11-21T09:15:17.465Z\",\
             \"updated_at\":\"2026-11-21T09:15:17.466Z\",\"revision\":2,\"position\":\"B0e4d5d4bc61a6fe655b3f92e183cc62f5c595a0c084ee\",\"deleted_at\":\"2026-11-21T09:15:17.467Z\"}}"
        ),
        &format!(r#"{{"tombstone":{{"id":"{ID}","revision":4,"deleted_at":"2026-11-21T09:15:17.466Z"}}}}"#),
        r#"{"end":{"lists":0,"tasks":1,"trashed":1,"tombstones":1}}"#,
        "",
    ];
    assert_eq!(exported(), expected.join("\n"));
}

#[test]
fn exports_are_read_back_unchanged() {
    assert_eq!(read(&exported()), Ok(vec![ImportedTask::from(task()), ImportedTask::from(trashed())]));
    let lines = LineReader::new(exported().as_bytes(), TextLimits::default()).unwrap().revision();
    assert_eq!(lines, 4);
}

#[test]
fn exports_of_versions_without_a_trash_are_read() {
    let all = exported().replace("\"trashed\":1,", "");
    let text: Vec<&str> = all.lines().filter(|line| !line.contains("trashed")).collect();
    assert_eq!(read(&text.join("\n")), Ok(vec![ImportedTask::from(task())]));
}

#[test]
fn invalid_exports_are_rejected_with_the_line() {
    let lines: Vec<String> = exported().lines().map(str::to_owned).collect();
    let with = |number: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[number].contains(from), "{from}");
        lines[number] = lines[number].replace(from, to);
        lines.join("\n")
    };
    for (text, message) in [
        (String::new(), "line 1: not an export"),
        ("[]\n".into(), "line 1: not an export"),
        (with(0, ":1,", ":2,"), "line 1: version 2 of the format is unknown"),
        (with(0, ":4}", ":-1}"), "line 1: the revision is out of range"),
        (with(1, ID, "1"), "line 2: id: must be a UUID"),
        (with(1, ID, "00000000-0000-0000-0000-000000000000"), "line 2: id: must be a UUID"),
        (with(1, "465Z", "467Z"), "line 2: updated_at: must not be before created_at"),
        (with(1, "2026-11-21T09:15:17.465Z", "yesterday"), "line 2: created_at: must be a time in RFC 3339"),
        (with(1, "\"title\"", "\"name\""), "line 2: title: is required"),
        (with(1, "line", "\\u0000"), "line 2: title: must not contain the control character U+0000"),
        (with(1, "false", "1"), "line 2: validation: completed: must be true or false"),
        (with(2, "467Z", "465Z"), "line 3: deleted_at: must not be before updated_at"),
        (with(2, "deleted_at", "deleted"), "line 3: deleted_at: must be a time in RFC 3339"),
        (with(3, "tombstone", "other"), "line 4: neither a task"),
        (with(3, "{", ""), "line 4: "),
        (lines[..4].join("\n"), "line 5: the end is missing"),
        (
            [&lines[0], &lines[1], &lines[4]].map(String::as_str).join("\n"),
            "line 3: lines before it are missing",
        ),
        (format!("{}{}\n", exported(), lines[1]), "line 5: more lines follow the end"),
        (with(1, "break", &"x".repeat(1 << 20)), "line 2: longer than 1048576 bytes"),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.starts_with(message), "{error}\n{message}");
    }
}

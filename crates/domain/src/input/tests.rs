use super::*;

const LIMITS: TextLimits = TextLimits { title_max: 200, description_max: 1000 };

fn violations(input: TaskInput) -> Vec<String> {
    input
        .into_new_task(TaskId::new(uuid::Uuid::nil()), LIMITS)
        .err()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn new_tasks_require_a_title() {
    assert_eq!(violations(TaskInput::default()), ["title: is required"]);
    let null = TaskInput { title: Field::Null, ..TaskInput::default() };
    assert_eq!(violations(null), ["title: must not be null"]);
}

#[test]
fn all_violations_are_reported_at_once() {
    let input = TaskInput {
        title: Field::Value(" ".into()),
        description: Field::Value("x".repeat(1001)),
        completed: Field::Null,
        priority: Field::Value("asap".into()),
        tags: Field::Value(vec!["a,b".into()]),
        due_date: Field::Value("2026-02-30".into()),
        list_id: Field::Value("inbox".into()),
    };
    let expected = [
        "title: must not be empty",
        "description: must be at most 1000 characters",
        "completed: must not be null",
        "priority: must be low, medium, high or urgent",
        "tags: must not have a tag with a comma or a control character",
        "due_date: must be a date and time that exist",
        "list_id: must be the id of one of your lists",
    ];
    assert_eq!(violations(input), expected);
}

#[test]
fn imported_tasks_follow_the_rules_for_new_ones() {
    let input = TaskInput { title: Field::Value(" ".into()), ..TaskInput::default() };
    let at = |millis| Timestamp::from_unix_millis(millis).unwrap();
    let id = TaskId::new(uuid::Uuid::nil());
    let times = ImportedTimes { completed_at: None, created_at: at(1), updated_at: at(0) };
    let violations = input.into_imported_task(id, times, LIMITS).unwrap_err();
    let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(violations, ["title: must not be empty", "updated_at: must not be before created_at"]);
}

#[test]
fn titles_that_display_nothing_are_only_imported() {
    let input = || TaskInput { title: Field::Value("\u{200b}".into()), ..TaskInput::default() };
    assert_eq!(violations(input()), ["title: must contain a visible character"]);
    assert!(input().into_change(LIMITS, NullPolicy::Ignore).is_err());
    let at = Timestamp::from_unix_millis(0).unwrap();
    let times = ImportedTimes { completed_at: None, created_at: at, updated_at: at };
    let imported = input().into_imported_task(TaskId::new(uuid::Uuid::nil()), times, LIMITS).unwrap();
    assert_eq!(imported.task.title.as_str(), "\u{200b}");
}

#[test]
fn null_policy_ignores_or_rejects_nulls() {
    let input = TaskInput {
        title: Field::Null,
        description: Field::Null,
        completed: Field::Null,
        priority: Field::Null,
        tags: Field::Null,
        due_date: Field::Null,
        list_id: Field::Null,
    };
    let change = input.clone().into_change(LIMITS, NullPolicy::Ignore).unwrap();
    let expected = Change {
        description: Some(None),
        priority: Some(Priority::Medium),
        tags: Some(Tags::default()),
        due_date: Some(None),
        list_id: Some(None),
        ..Change::default()
    };
    assert_eq!(change, expected);
    let violations = input.into_change(LIMITS, NullPolicy::Reject).unwrap_err();
    let fields: Vec<_> = violations.iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["title", "completed", "priority"]);
}

#[test]
fn empty_descriptions_clear_the_description() {
    let input = TaskInput { description: Field::Value(String::new()), ..TaskInput::default() };
    assert_eq!(input.into_change(LIMITS, NullPolicy::Reject).unwrap().description, Some(None));
}

#[test]
fn empty_list_ids_take_the_task_out_of_its_list() {
    let input = TaskInput { list_id: Field::Value(String::new()), ..TaskInput::default() };
    assert_eq!(input.into_change(LIMITS, NullPolicy::Reject).unwrap().list_id, Some(None));
}

#[test]
fn empty_due_dates_clear_the_due_date() {
    let input = TaskInput { due_date: Field::Value(String::new()), ..TaskInput::default() };
    assert_eq!(input.into_change(LIMITS, NullPolicy::Reject).unwrap().due_date, Some(None));
}

#[test]
fn null_means_the_default_priority_of_a_new_task() {
    let title = Field::Value("task".into());
    let input = TaskInput { title, priority: Field::Null, ..TaskInput::default() };
    let new = input.into_new_task(TaskId::new(uuid::Uuid::nil()), LIMITS).unwrap();
    assert_eq!(new.priority, Priority::Medium);
}

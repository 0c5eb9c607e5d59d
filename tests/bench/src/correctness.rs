//! Checks that the responses of a subject are correct before it is measured.

use serde_json::{Value, json};
use tasknook_tests::{Client, Response};

use crate::context::Context;
use crate::databases::Database;
use crate::dataset::{self, DESCRIPTION, TITLE};
use crate::load::{Load, Work};
use crate::pgbench;
use crate::subject::Subject;

/// An owner that no load uses.
const CHECKER: u64 = 999_999;

/// Calls the routes of the subject, as an owner of its own and for the tasks of the load.
///
/// # Panics
/// With the first wrong response.
pub(crate) fn check(context: &Context, subject: Subject, client: &Client, load: &Load) {
    let token = |number| context.issuer.token(load.algorithm, &dataset::owner(number));
    let own = format!("/api/{}/tasks", dataset::owner(CHECKER));
    let checker = client.with_token(&token(CHECKER));
    rejects_other_users(client, &checker, &own, &format!("/api/{}/tasks", dataset::owner(1)));
    creates_and_lists(&checker, &own);
    if subject != Subject::Baseline {
        changes(&checker, &own);
    }
    if load.dataset.tasks_each > 0 {
        has_the_dataset(&client.with_token(&token(1)), load);
    }
}

fn rejects_other_users(anonymous: &Client, checker: &Client, own: &str, other: &str) {
    let _ = anonymous.get(&format!("{own}?limit=50")).expect(401);
    let _ = anonymous.with_token("a.b.c").get(&format!("{own}?limit=50")).expect(401);
    let _ = checker.get(&format!("{other}?limit=50")).expect(403);
    let _ = checker.post(other, &json!({"title": TITLE})).expect(403);
}

fn creates_and_lists(checker: &Client, own: &str) {
    let tasks: Vec<Value> = (0..51).map(|number| created(checker, own, number)).collect();
    for task in &tasks {
        assert_eq!(checker.get(&at(own, task)).expect(200).json(), *task);
    }
    let listed = checker.get(&format!("{own}?limit=50")).expect(200).json();
    let listed: Vec<&Value> = listed.as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 50, "a list of 50");
    assert_newest_first(&listed);
    let newest = tasks.iter().rev().take(50);
    assert!(newest.into_iter().all(|task| listed.contains(&task)), "the newest are missing");
}

fn created(checker: &Client, own: &str, number: u32) -> Value {
    let title = format!("{TITLE} {number}");
    let response = checker.post(own, &json!({"title": title, "description": DESCRIPTION})).expect(201);
    let task = response.json();
    assert_eq!(task.pointer("/title"), Some(&Value::from(title)), "{response}");
    assert_eq!(task.pointer("/description"), Some(&DESCRIPTION.into()), "{response}");
    assert_eq!(task.pointer("/completed"), Some(&false.into()), "{response}");
    assert_eq!(task.pointer("/user_id"), Some(&dataset::owner(CHECKER).into()), "{response}");
    assert!(has_times(&task), "{response}");
    task
}

fn changes(checker: &Client, own: &str) {
    let task = created(checker, own, 0);
    let path = at(own, &task);
    let put = checker.put(&path, &json!({"completed": true})).expect(200);
    assert_changed(&put, &task, true);
    assert_changed(&checker.get(&path).expect(200), &task, true);
    let toggled = checker.request("PATCH", &format!("{path}/complete")).send().expect(200);
    assert_changed(&toggled, &task, false);
    let _ = checker.delete(&path).expect(204);
    let _ = checker.get(&path).expect(404);
    let _ = checker.delete(&path).expect(404);
}

fn assert_changed(response: &Response, before: &Value, completed: bool) {
    let after = response.json();
    assert_eq!(after.pointer("/completed"), Some(&completed.into()), "{response}");
    for kept in ["/id", "/title", "/description", "/user_id", "/created_at"] {
        assert_eq!(after.pointer(kept), before.pointer(kept), "{response}");
    }
}

/// The tasks of the load exist.
fn has_the_dataset(owner: &Client, load: &Load) {
    let own = format!("/api/{}/tasks", dataset::owner(1));
    for number in [1, load.dataset.tasks_each] {
        let id = load.dataset.id(1, number);
        let response = owner.get(&format!("{own}/{id}")).expect(200);
        let task = response.json();
        assert_eq!(task.pointer("/id"), Some(&id.into()), "{response}");
        assert_eq!(task.pointer("/title"), Some(&format!("{TITLE} {number}").into()), "{response}");
    }
    let listed = owner.get(&format!("{own}?limit=50")).expect(200).json();
    let listed: Vec<&Value> = listed.as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 50, "a list of 50");
    assert_newest_first(&listed);
}

/// The statement returns the rows of the load, or creates one.
pub(crate) fn check_statement(context: &Context, database: &Database, load: &Load) {
    let statement = pgbench::statement(load.work);
    let statement = statement.replace(":owner_id", &format!("'{}'", dataset::owner(1)));
    let statement = statement.replace(":id", &format!("'{}'", load.dataset.id(1, 1)));
    let ask = |statement: &str| context.postgres().query(&database.url, statement);
    let count = || ask("select count(*) from tasks").parse::<usize>().unwrap();
    let before = count();
    let output = ask(&statement);
    let returned = output.lines().filter(|line| line.contains(TITLE)).count();
    let expected = match load.work {
        Work::Create => (0, 1),
        Work::Bulk => (0, 100),
        Work::List => (50, 0),
        Work::One | Work::Update | Work::Mix => (1, 0),
    };
    assert_eq!((returned, count() - before), expected, "{statement}\n{output}");
}

fn at(own: &str, task: &Value) -> String {
    format!("{own}/{}", task.pointer("/id").and_then(Value::as_str).expect("a task has an id"))
}

fn has_times(task: &Value) -> bool {
    ["/created_at", "/updated_at"].iter().all(|time| task.pointer(time).is_some_and(Value::is_string))
}

/// RFC 3339 in UTC with as many digits each sorts as time does.
fn assert_newest_first(tasks: &[&Value]) {
    let times: Vec<&str> =
        tasks.iter().map(|task| task.pointer("/created_at").and_then(Value::as_str).unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair.first() >= pair.last()), "not newest first: {times:?}");
}

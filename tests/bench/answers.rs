//! Right answers first: how fast a wrong one comes is nothing to measure.

use serde_json::{Value, json};
use tasknook_tests::{Answer, Client};

use crate::contender::Who;
use crate::databases::Database;
use crate::load::{Load, Work};
use crate::pgbench;
use crate::set::{self, DESCRIPTION, TITLE};
use crate::world::World;

/// An owner whom no load asks for.
const CHECKER: u64 = 999_999;

/// Goes through the routes that the contender has, as an owner of its own and for the tasks that the load asks for.
///
/// # Panics
/// With the first wrong answer.
pub(crate) fn check(world: &World, who: Who, client: &Client, load: &Load) {
    let token = |number| world.issuer.token(load.algorithm, &set::owner(number));
    let own = format!("/api/{}/tasks", set::owner(CHECKER));
    let checker = client.with_token(&token(CHECKER));
    refuses_others(client, &checker, &own, &format!("/api/{}/tasks", set::owner(1)));
    creates_and_lists(&checker, &own);
    if who != Who::Plain {
        changes(&checker, &own);
    }
    if load.set.tasks_each > 0 {
        has_the_set(&client.with_token(&token(1)), load);
    }
}

fn refuses_others(nobody: &Client, checker: &Client, own: &str, other: &str) {
    let _ = nobody.get(&format!("{own}?limit=50")).expect(401);
    let _ = nobody.with_token("a.b.c").get(&format!("{own}?limit=50")).expect(401);
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
    let answer = checker.post(own, &json!({"title": title, "description": DESCRIPTION})).expect(201);
    let task = answer.json();
    assert_eq!(task.pointer("/title"), Some(&Value::from(title)), "{answer}");
    assert_eq!(task.pointer("/description"), Some(&DESCRIPTION.into()), "{answer}");
    assert_eq!(task.pointer("/completed"), Some(&false.into()), "{answer}");
    assert_eq!(task.pointer("/user_id"), Some(&set::owner(CHECKER).into()), "{answer}");
    assert!(has_times(&task), "{answer}");
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

fn assert_changed(answer: &Answer, before: &Value, completed: bool) {
    let after = answer.json();
    assert_eq!(after.pointer("/completed"), Some(&completed.into()), "{answer}");
    for kept in ["/id", "/title", "/description", "/user_id", "/created_at"] {
        assert_eq!(after.pointer(kept), before.pointer(kept), "{answer}");
    }
}

/// What the load will ask for is there.
fn has_the_set(owner: &Client, load: &Load) {
    let own = format!("/api/{}/tasks", set::owner(1));
    for number in [1, load.set.tasks_each] {
        let id = load.set.id(1, number);
        let answer = owner.get(&format!("{own}/{id}")).expect(200);
        let task = answer.json();
        assert_eq!(task.pointer("/id"), Some(&id.into()), "{answer}");
        assert_eq!(task.pointer("/title"), Some(&format!("{TITLE} {number}").into()), "{answer}");
    }
    let listed = owner.get(&format!("{own}?limit=50")).expect(200).json();
    let listed: Vec<&Value> = listed.as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 50, "a list of 50");
    assert_newest_first(&listed);
}

/// The statement gives the rows of the load, or makes one.
pub(crate) fn check_statement(world: &World, database: &Database, load: &Load) {
    let statement = pgbench::statement(load.work);
    let statement = statement.replace(":owner_id", &format!("'{}'", set::owner(1)));
    let statement = statement.replace(":id", &format!("'{}'", load.set.id(1, 1)));
    let ask = |statement: &str| world.postgres().query(&database.url, statement);
    let kept = || ask("select count(*) from tasks").parse::<usize>().unwrap();
    let before = kept();
    let answer = ask(&statement);
    let given = answer.lines().filter(|line| line.contains(TITLE)).count();
    let expected = match load.work {
        Work::Create => (0, 1),
        Work::List => (50, 0),
        Work::One | Work::Update | Work::Mix => (1, 0),
    };
    assert_eq!((given, kept() - before), expected, "{statement}\n{answer}");
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

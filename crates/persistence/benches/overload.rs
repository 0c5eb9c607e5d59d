//! What is served under more load than there is capacity for, on PostgreSQL and SQLite: single tasks, pages of 50, pages of
//! 1,000 long tasks, searches, and creates, each with more and more callers. A caller who is rejected pauses for 100 ms. Then
//! what a page of another owner takes beside 16 callers who scan.
//!
//! `cargo bench -p tasknook-persistence --bench overload -- [PART OF A NAME]`
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark ends where something is wrong")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use domain::{
    ListQuery, NewTask, Owner, RepositoryError, SearchText, Sort, SortKey, TaskId, TaskRepository, Timestamp,
    Title,
};
use pollster::block_on;
use tasknook_persistence::{Database, DatabaseOptions};
use tasknook_tests::Postgres;
use uuid::Uuid;

const CALLERS: [usize; 5] = [4, 16, 64, 256, 640];
const DURATION: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(100);

/// Owners by kind, how many of each, and how many tasks of how many characters each has.
const DATA: [(&str, u32, u32, u32); 5] = [
    ("small", 200, 200, 10),
    ("long", 8, 1_000, 1_200),
    ("many", 40, 5_000, 10),
    ("huge", 1, 100_000, 10),
    ("new", 200, 1, 10),
];

type Call = fn(&dyn TaskRepository, usize) -> Result<(), RepositoryError>;

fn owner(kind: &str, number: usize) -> Owner {
    let (_, count, ..) = DATA.iter().find(|(name, ..)| *name == kind).unwrap();
    Owner::for_test(&format!("{kind}-{}", number % *count as usize))
}

fn list(repository: &dyn TaskRepository, owner: &Owner, query: ListQuery) -> Result<(), RepositoryError> {
    block_on(repository.list(owner, query)).map(drop)
}

fn get(repository: &dyn TaskRepository, number: usize) -> Result<(), RepositoryError> {
    block_on(repository.get(&owner("small", number), TaskId::new(Uuid::from_u128(7)))).map(drop)
}

fn small_page(repository: &dyn TaskRepository, number: usize) -> Result<(), RepositoryError> {
    list(repository, &owner("small", number), ListQuery { limit: 50, ..ListQuery::default() })
}

fn large_page(repository: &dyn TaskRepository, number: usize) -> Result<(), RepositoryError> {
    list(repository, &owner("long", number), ListQuery::default())
}

fn search(repository: &dyn TaskRepository, number: usize) -> Result<(), RepositoryError> {
    let search = SearchText::parse("zzzz").unwrap();
    list(repository, &owner("many", number), ListQuery { search, ..ListQuery::default() })
}

fn create(repository: &dyn TaskRepository, number: usize) -> Result<(), RepositoryError> {
    static CREATED: AtomicU64 = AtomicU64::new(0);
    let id = TaskId::new(Uuid::from_u64_pair(0x7000, CREATED.fetch_add(1, Ordering::Relaxed)));
    let task = NewTask { id_is_new: true, ..NewTask::new(id, Title::from_stored("Buy milk".into())) };
    let now = Timestamp::from_unix_millis(1_795_252_517_465).unwrap();
    block_on(repository.create(&owner("new", number), task, now)).map(drop)
}

fn attack(repository: &dyn TaskRepository, _: usize) -> Result<(), RepositoryError> {
    let (sort, search) =
        (Sort { key: SortKey::Title, ..Sort::default() }, SearchText::parse("zzzz").unwrap());
    let query = ListQuery { sort, search, count: true, ..ListQuery::default() };
    list(repository, &owner("huge", 0), query)
}

/// What so many callers get in this time: the times of what was served, sorted, and how much was not.
fn load(repository: &dyn TaskRepository, callers: usize, call: Call) -> (Vec<Duration>, usize) {
    let end = Instant::now() + DURATION;
    let run = |number: usize| {
        let (mut times, mut failed) = (Vec::new(), 0);
        let mut round = number;
        while Instant::now() < end {
            let begun = Instant::now();
            round += 7;
            if call(repository, round).is_ok() {
                times.push(begun.elapsed());
            } else {
                failed += 1;
                thread::sleep(PAUSE);
            }
        }
        (times, failed)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..callers).map(|number| scope.spawn(move || run(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let failed = results.iter().map(|(_, failed)| failed).sum();
    let mut times: Vec<_> = results.into_iter().flat_map(|(times, _)| times).collect();
    times.sort();
    (times, failed)
}

fn report(name: &str, callers: usize, (times, failed): &(Vec<Duration>, usize)) {
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    let per_second = |count: usize| f64::from(u32::try_from(count).unwrap()) / DURATION.as_secs_f64();
    println!(
        "{name:<12} {callers:>4} callers  {:>9.1} served/s  {:>9.1} rejected/s  p50 {:>8.2?}  p99 {:>8.2?}",
        per_second(times.len()),
        per_second(*failed),
        at(50),
        at(99)
    );
}

fn measure(name: &str, database: &Database) {
    println!("{name}");
    let repository = database.tasks();
    let calls: [(&str, Call); 5] = [
        ("one task", get),
        ("pages of 50", small_page),
        ("long pages", large_page),
        ("searches", search),
        ("creates", create),
    ];
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|part| name.contains(part.as_str()));
    for (name, call) in calls.into_iter().filter(|(name, _)| is_wanted(name)) {
        for callers in CALLERS {
            report(name, callers, &load(&*repository, callers, call));
        }
    }
    if !is_wanted("victim") {
        return;
    }
    report("victim", 1, &load(&*repository, 1, small_page));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for number in 0..16 {
            let (repository, done) = (&repository, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    if attack(&**repository, number).is_err() {
                        thread::sleep(PAUSE);
                    }
                }
            });
        }
        report("under attack", 1, &load(&*repository, 1, small_page));
        done.store(true, Ordering::Relaxed);
    });
}

/// The statements that fill the tables, with these expressions of the database.
fn fill(id: &str, text: &str, numbers: &str, separator: &str, now: &str) -> String {
    let of_kind = |(kind, owners, tasks, length): (&str, u32, u32, u32)| {
        let text = text.replace("{length}", &length.to_string());
        let numbers = |name: &str, to: u32| numbers.replace("{name}", name).replace("{to}", &to.to_string());
        format!(
            "insert into owners (owner_id, revision, live_tasks)
             select '{kind}-' || (o.n - 1), {tasks}, {tasks} from {owners};
             insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision)
             select '{kind}-' || (o.n - 1), {id}, 'title ' || t.n, {text}, {false_},
                 'title ' || t.n || {separator} || {text}, {now}, {now}, t.n
             from {owners} cross join {tasks_};",
            owners = numbers("o", owners),
            tasks_ = numbers("t", tasks),
            false_ = if separator.contains("chr") { "false" } else { "0" },
        )
    };
    DATA.into_iter().map(of_kind).collect()
}

fn main() {
    let server = Postgres::start_durable();
    let url = server.create_database();
    let options = |url: &str| DatabaseOptions { url: url.to_owned(), ..DatabaseOptions::default() };
    let database = Database::open(&options(&url)).unwrap();
    database.migrate().unwrap();
    let id = "lpad(to_hex(t.n), 32, '0')::uuid";
    let numbers = "generate_series(1, {to}) as {name}(n)";
    let text = "repeat('\u{1f600}', {length})";
    let statements = fill(id, text, numbers, "chr(31)", "now() - make_interval(secs => t.n)");
    PgConnection::establish(&url).unwrap().batch_execute(&(statements + "analyze")).unwrap();
    measure("PostgreSQL", &database);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.db");
    let database = Database::open(&options(&format!("sqlite://{}", file.display()))).unwrap();
    database.migrate().unwrap();
    let numbers = "(with recursive r (n) as (select 1 union all select n + 1 from r where n < {to}) select n from r) as {name}";
    let text = "replace(printf('%{length}c', ' '), ' ', '\u{1f600}')";
    let statements = fill("unhex(printf('%032x', t.n))", text, numbers, "char(31)", "1000000 - t.n");
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    connection.batch_execute(&format!("begin; {statements} commit")).unwrap();
    measure("SQLite", &database);
}

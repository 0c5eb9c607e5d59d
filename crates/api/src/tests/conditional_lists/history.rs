//! Arbitrary writes and times: one tag has one representation, and a process that keeps lists sends no other.

use std::collections::HashMap;
use std::sync::Arc;

use domain::Clock;
use domain::testing::{ManualClock, MemoryTasks, Numbers};

use super::{App, Request, app_at, assert_unchanged, call};
use crate::tests::{NOW_MILLIS, TestResponse, token};
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};

/// Parameters with values; one of each is taken now and then.
const PARAMETERS: [(&str, &[&str]); 20] = [
    ("status", &["all", "pending", "COMPLETED"]),
    ("completed", &["true", "false"]),
    ("priority", &["high", "low,urgent"]),
    ("tags", &["home", "home,Work"]),
    ("tag", &["WORK"]),
    ("due_date", &["none"]),
    ("due_after", &["2026-11-21", "2026-11-21T10:00Z"]),
    ("due_before", &["2026-11-22", "2026-11-22T10:00+03:00"]),
    ("overdue", &["true", "false"]),
    ("tz", &["Europe/Berlin", "Pacific/Kiritimati"]),
    ("sort", &["title", "-updated", "due_date", "-due_date", "priority", "completed", "created", "position"]),
    ("sort_by", &["title"]),
    ("order", &["asc", "desc"]),
    ("sort_order", &["desc"]),
    ("limit", &["1", "2", "50"]),
    ("offset", &["1", "0"]),
    ("skip", &["2"]),
    ("page", &["2"]),
    ("count", &["true"]),
    ("ignored", &["1"]),
];

const LISTS: [&str; 5] =
    ["/api/tasks", "/api/tasks/", "/api/alice/tasks/trash", "/api/alice/tasks/tags", "/api/lists"];

fn any_uri(numbers: &mut Numbers) -> String {
    let list = numbers.one_of(&LISTS);
    let mut query = Vec::new();
    for (name, values) in PARAMETERS {
        let often = if ["overdue", "limit", "count"].contains(&name) { 2 } else { 7 };
        if numbers.is_one_in(often) {
            query.push(format!("{name}={}", numbers.one_of(values).replace('+', "%2B")));
        }
    }
    format!("{list}?{}", query.join("&"))
}

/// What the client sees of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Representation {
    body: Vec<u8>,
    headers: Vec<String>,
}

impl Representation {
    fn of(response: &TestResponse) -> Self {
        let headers = ["x-total-count", "x-next-cursor", "x-changed-since", "link"];
        let headers = headers.map(|name| response.header(name).to_owned()).to_vec();
        Self { body: response.body.to_vec(), headers }
    }
}

/// Writes something as the user, and returns whether it cannot have changed anything.
async fn write<S>(app: &App<S>, bearer: &str, ids: &mut Vec<String>, numbers: &mut Numbers) -> bool
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    let id = if ids.is_empty() { "x".to_owned() } else { numbers.one_of(ids) };
    let task = format!("/api/tasks/{id}");
    let due = numbers.one_of(&[
        "null",
        "\"2026-11-21\"",
        "\"2026-11-20\"",
        "\"2026-11-21T09:20:00Z\"",
        "\"2026-11-22T11:00:00Z\"",
    ]);
    let title = numbers.one_of(&["Alpha", "beta", "Gamma"]);
    let tags = numbers.one_of(&["[]", r#"["home"]"#, r#"["Work","home"]"#]);
    let priority = numbers.one_of(&["low", "medium", "urgent"]);
    let body = format!(r#"{{"title":"{title}","due_date":{due},"tags":{tags},"priority":"{priority}"}}"#);
    let same = match numbers.below(10) {
        0..3 => {
            ids.push(app.create("alice", &body).await.0);
            return false;
        }
        3 => call("PATCH", &task).json(&body),
        4 => call("PATCH", &format!("{task}/complete")),
        5 => call("DELETE", &task),
        6 => call("POST", &format!("{task}/restore")),
        7 => call("DELETE", &format!("/api/tasks/trash/{id}")),
        8 if numbers.is_one_in(3) => {
            let name = numbers.one_of(&["Home", "home", "Work"]);
            call("POST", "/api/lists").json(&format!(r#"{{"name":"{name}"}}"#))
        }
        8 if numbers.is_one_in(2) => call("POST", &format!("{task}/move")).json(r#"{"to":"last"}"#),
        8 if numbers.is_one_in(8) => call("DELETE", "/api/alice").header("x-confirm-delete", "alice"),
        8 => call("DELETE", "/api/tasks/trash"),
        _ => {
            // A change of nothing, a write of another user, one that is rejected.
            app.create("bob", &body).await;
            app.send(call("POST", "/api/tasks").header("authorization", bearer).json("{}")).await;
            app.send(call("PATCH", &task).header("authorization", bearer).json("{}")).await;
            return true;
        }
    };
    app.send(same.header("authorization", bearer)).await;
    false
}

#[actix_web::test]
async fn a_tag_has_one_representation() {
    // Signed once: signing takes longer than a request.
    let bearer = &format!("Bearer {}", token("alice"));
    let (mut unchanged, mut later_pages, mut kept) = (0, 0, 0);
    for seed in 0..2 {
        let numbers = &mut Numbers::new(seed);
        let clock = Arc::new(ManualClock::at_unix_millis(NOW_MILLIS));
        let repository = Arc::new(MemoryTasks::default());
        let app = app_at(Arc::clone(&repository) as _, &clock, "0").await;
        // Another process, which keeps the lists that it sends.
        let keeping = app_at(repository, &clock, "1000000").await;
        let mut ids = Vec::new();
        let mut uris: Vec<String> = Vec::new();
        // Each tag with the URI and the representation that had it.
        let mut tags: HashMap<String, (String, Representation)> = HashMap::new();
        for _ in 0..40 {
            let last: HashMap<String, String> =
                tags.iter().map(|(tag, (uri, _))| (uri.clone(), tag.clone())).collect();
            assert!(last.len() <= tags.len());
            let mut is_same = false;
            if numbers.is_one_in(3) {
                clock.advance_millis(numbers.one_of(&[1, 59_000, 3_600_000, 40_000_000]));
            } else {
                is_same = write(&app, bearer, &mut ids, numbers).await;
            }
            if uris.len() < 24 {
                let uri = any_uri(numbers);
                if app.send(call("GET", &uri).header("authorization", bearer)).await.status == 200 {
                    uris.push(uri);
                }
            }
            let mut next = Vec::new();
            for (number, uri) in uris.iter().enumerate() {
                let response = app.send(call("GET", uri).header("authorization", bearer)).await;
                assert_eq!(response.status, 200, "{uri} {:?}", response.body);
                let (tag, seen) = (response.header("etag").to_owned(), Representation::of(&response));
                // As many as it keeps of one user, so that it also has some of earlier steps.
                if number < 8 {
                    let kept = keeping.send(call("GET", uri).header("authorization", bearer)).await;
                    assert_eq!(
                        (kept.header("etag"), Representation::of(&kept)),
                        (&*tag, seen.clone()),
                        "{uri}"
                    );
                }
                let (of, before) = tags.entry(tag.clone()).or_insert_with(|| (uri.clone(), seen.clone()));
                // A final slash makes no other list.
                assert_eq!(
                    (of.replace("/?", "?"), &*before),
                    (uri.replace("/?", "?"), &seen),
                    "{tag} at {}",
                    clock.now()
                );
                let old: Vec<&str> = tags
                    .iter()
                    .filter(|(_, (of, _))| of.replace("/?", "?") == uri.replace("/?", "?"))
                    .map(|(tag, _)| tag.as_str())
                    .collect();
                let others: Vec<&str> =
                    old.iter().filter(|old| **old != tag).copied().rev().take(40).collect();
                let request = call("GET", uri).header("authorization", bearer);
                let with_others = app.send(request.header("if-none-match", &others.join(","))).await;
                assert_eq!(
                    (with_others.status.as_u16(), with_others.body.to_vec()),
                    (200, seen.body),
                    "{uri}"
                );
                let with_own = app
                    .send(call("GET", uri).header("authorization", bearer).header("if-none-match", &tag))
                    .await;
                assert_unchanged(&with_own, &tag);
                assert_eq!(with_own.header("x-changed-since"), response.header("x-changed-since"));
                unchanged += u32::from(is_same && last.values().any(|last| *last == tag));
                let cursor = response.header("x-next-cursor");
                if !cursor.is_empty() && uris.len() + next.len() < 32 && numbers.is_one_in(2) {
                    let (list, _) = uri.split_once('?').unwrap();
                    next.push(format!("{list}?cursor={cursor}&limit=2"));
                }
            }
            uris.extend(next);
        }
        later_pages += uris.iter().filter(|uri| uri.contains("cursor=")).count();
        assert!(tags.len() > 200, "{}", tags.len());
        let metrics = keeping.send(call("GET", "/metrics")).await;
        let metrics = String::from_utf8(metrics.body.to_vec()).unwrap();
        let from_cache = "tasknook_lists_sent_total{source=\"cache\"} ";
        kept += metrics.lines().find_map(|line| line.strip_prefix(from_cache)?.parse::<u32>().ok()).unwrap();
    }
    assert!(unchanged > 10 && later_pages > 3 && kept > 20, "{unchanged} {later_pages} {kept}");
}

//! Collections with entity tags: tasks, the trash, tags, lists.

mod history;
mod sent_again;
pub(super) mod watched;

use std::sync::Arc;

use actix_http::Request;
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use domain::testing::{ManualClock, SequentialIds};
use domain::{TaskRepository, Tasks, TextLimits};

use super::{App, Call, NOW_MILLIS, TestResponse, app, app_over, call, settings, state};
use watched::Watched;

const COLLECTIONS: [&str; 6] = [
    "/api/tasks",
    "/api/alice/tasks",
    "/api/tasks/trash",
    "/api/alice/tasks/trash",
    "/api/tasks/tags",
    "/api/lists",
];

/// An application whose time a test advances, which keeps at most so many bytes of lists that were sent.
async fn app_at(
    repository: Arc<dyn TaskRepository>,
    clock: &Arc<ManualClock>,
    list_cache_bytes: &str,
) -> App<impl Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + use<>> {
    app_with(repository, clock, &[("tasks.list_cache_bytes", list_cache_bytes)]).await
}

async fn app_with(
    repository: Arc<dyn TaskRepository>,
    clock: &Arc<ManualClock>,
    set: &[(&str, &str)],
) -> App<impl Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + use<>> {
    let settings = settings(&[&[("limits.requests_per_second", "0")], set].concat());
    let ids = Arc::new(SequentialIds::default());
    let tasks = Tasks::new(Arc::clone(&repository), Arc::clone(clock) as _, ids, TextLimits::default());
    let tasks = tasks.with_trash(crate::server::trash(&settings));
    let state = crate::state::AppState { tasks, ..state(repository, &settings) };
    app_over(state, &settings).await
}

fn read(uri: &str) -> Call {
    call("GET", uri).by("alice")
}

fn unless(uri: &str, tags: &str) -> Call {
    read(uri).header("if-none-match", tags)
}

/// A live task with a tag and two in the trash.
async fn filled<S>(app: &App<S>) -> String
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    for title in ["gone", "lost"] {
        let (id, _) = app.create("alice", &format!(r#"{{"title":"{title}"}}"#)).await;
        let deleted = app.send(call("DELETE", &format!("/api/tasks/{id}")).by("alice")).await;
        assert_eq!(deleted.status, 204);
    }
    app.create("alice", r#"{"title":"a","tags":["home"]}"#).await.0
}

fn assert_unchanged(response: &TestResponse, tag: &str) {
    assert_eq!((response.status.as_u16(), response.header("etag"), response.body.len()), (304, tag, 0));
    assert!(response.header("vary").starts_with("Authorization, Accept-Encoding"));
    assert_eq!(response.header("cache-control"), "private, no-cache");
    for absent in ["link", "x-next-cursor", "x-total-count", "content-type", "content-encoding"] {
        assert_eq!(response.header(absent), "", "{absent} is that of the response that the client has");
    }
}

#[actix_web::test]
async fn lists_that_the_client_has_are_304() {
    let app = app(&[("tasks.list_cache_bytes", "0")]).await;
    filled(&app).await;
    for uri in COLLECTIONS {
        for query in ["", "?limit=1&count=true", "?overdue=false&tz=Europe/Berlin"] {
            let uri = &format!("{uri}{query}");
            let full = app.send(read(uri)).await;
            let tag = full.header("etag").to_owned();
            assert!(full.status == 200 && tag.starts_with("W/\"") && tag.ends_with('"'), "{uri} {tag}");
            assert_eq!(app.send(read(uri)).await.header("etag"), tag);
            let bare = tag.trim_start_matches("W/").to_owned();
            let of_apache = format!("{}-gzip\"", tag.trim_end_matches('"'));
            let several = format!("\"7\", W/\"x\",, {tag}");
            for tags in [&tag, &bare, &of_apache, &of_apache.replace("gzip", "br"), &several, &"*".to_owned()]
            {
                assert_unchanged(&app.send(unless(uri, tags)).await, &tag);
            }
            let two_lines = unless(uri, "\"x\"").header("if-none-match", &tag);
            assert_unchanged(&app.send(two_lines).await, &tag);
            let head = Call { method: actix_web::http::Method::HEAD, ..unless(uri, &tag) };
            assert_unchanged(&app.send(head).await, &tag);
            let compressed = unless(uri, &tag).header("accept-encoding", "br");
            assert_unchanged(&app.send(compressed).await, &tag);
            let other = tag.replace(['0', '1', '2'], "3");
            for tags in ["\"7\"", "", "W/\"\"", &other, &format!("{}.1\"", tag.trim_end_matches('"'))] {
                let response = app.send(unless(uri, tags)).await;
                assert_eq!((response.status.as_u16(), &response.body), (200, &full.body), "{uri} {tags}");
            }
            for malformed in ["x", "W/x", "\"1", "w/\"1\""] {
                assert_eq!(app.send(unless(uri, malformed)).await.code(), "malformed_request", "{malformed}");
            }
        }
    }
}

#[actix_web::test]
async fn tags_of_lists_fulfill_no_if_match() {
    let app = app(&[]).await;
    filled(&app).await;
    for uri in COLLECTIONS {
        let tag = app.send(read(uri)).await.header("etag").to_owned();
        for tags in [&tag, tag.trim_start_matches("W/"), "\"1\""] {
            let response = app.send(read(uri).header("if-match", tags)).await;
            assert_eq!((response.status.as_u16(), response.code()), (412, "precondition_failed".to_owned()));
        }
        assert_eq!(app.send(read(uri).header("if-match", "*")).await.status, 200);
        assert_eq!(app.send(read(uri).header("if-match", "x")).await.code(), "malformed_request");
        let malformed = unless(uri, "x").header("if-match", "\"1\"");
        assert_eq!(app.send(malformed).await.code(), "malformed_request", "the syntax before the condition");
    }
}

#[actix_web::test]
async fn searches_have_no_tag() {
    let app = app(&[]).await;
    filled(&app).await;
    for uri in ["/api/tasks?search=a", "/api/tasks/trash?search=o&overdue=false&count=true"] {
        for tags in ["*", "\"1\""] {
            let response = app.send(unless(uri, tags)).await;
            assert_eq!((response.status.as_u16(), response.header("etag")), (200, ""), "{uri}");
        }
        assert_eq!(app.send(unless(uri, "x")).await.code(), "malformed_request");
        assert_eq!(app.send(read(uri).header("if-match", "\"1\"")).await.status, 412);
    }
    assert_ne!(app.send(read("/api/tasks?search=")).await.header("etag"), "", "an empty search is none");
    let first = app.send(read("/api/tasks/trash?search=o&limit=1")).await;
    let next = format!("/api/tasks/trash?cursor={}", first.header("x-next-cursor"));
    assert_eq!(app.send(read(&next)).await.header("etag"), "");
}

#[actix_web::test]
async fn a_matching_tag_costs_one_look_up() {
    let (repository, clock) =
        (Arc::new(Watched::default()), Arc::new(ManualClock::at_unix_millis(NOW_MILLIS)));
    let app = app_at(Arc::clone(&repository) as _, &clock, "0").await;
    filled(&app).await;
    for uri in ["/api/tasks?overdue=false", "/api/tasks", "/api/tasks/trash", "/api/tasks/tags", "/api/lists"]
    {
        let tag = app.send(read(uri)).await.header("etag").to_owned();
        let calls = async |tags: &str| {
            repository.take_calls();
            let status = app.send(unless(uri, tags)).await.status.as_u16();
            let (look_ups, lists) = repository.take_calls();
            (status, look_ups, lists)
        };
        assert_eq!(calls(&tag).await, (304, 1, 0), "{uri}");
        let any = if uri.contains("overdue") { (304, 0, 1) } else { (304, 1, 0) };
        assert_eq!(calls("*").await, any, "{uri}");
        // Tags of another form are not looked up.
        assert_eq!(calls("\"7\", W/\"8-gzip\"").await, (200, 0, 1), "{uri}");
        let of_another = app.send(read("/api/tasks?limit=7")).await.header("etag").to_owned();
        assert_eq!(calls(&of_another).await, (200, 1, 1), "{uri}");
        if uri.contains("overdue") {
            clock.advance_millis(2 * 86_400_000);
            assert_eq!(calls(&tag).await, (200, 0, 1), "its time has passed");
        }
    }
}

#[actix_web::test]
async fn lists_of_overdue_tasks_change_at_their_moment() {
    let (repository, clock) =
        (Arc::new(Watched::default()), Arc::new(ManualClock::at_unix_millis(NOW_MILLIS)));
    let app = app_at(repository, &clock, "0").await;
    // In a second, at the end of the day in Berlin, and in UTC an hour later.
    app.create("alice", r#"{"title":"moment","due_date":"2026-11-21T09:15:18.465Z"}"#).await;
    app.create("alice", r#"{"title":"day","due_date":"2026-11-21"}"#).await;
    let (berlin, utc) = ("/api/tasks?overdue=true&tz=Europe/Berlin", "/api/tasks?overdue=true");
    let end_of_day = 1_795_305_600_000_i64;
    let mut seen = Vec::new();
    for now in [NOW_MILLIS, NOW_MILLIS + 1000, NOW_MILLIS + 1001, end_of_day - 3_600_000, end_of_day] {
        clock.advance_millis(now - domain::Clock::now(&*clock).unix_millis());
        let mut counts = Vec::new();
        for uri in [berlin, utc] {
            let response = app.send(read(uri)).await;
            let tag = response.header("etag").to_owned();
            assert_unchanged(&app.send(unless(uri, &tag)).await, &tag);
            counts.push(response.json().as_array().unwrap().len());
            seen.push((uri, tag, response.body));
        }
        for (uri, tag, body) in &seen {
            let response = app.send(unless(uri, tag)).await;
            assert!(
                response.status == 304 || response.body != *body,
                "{uri} {now}: only what changed is sent"
            );
            let current = app.send(read(uri)).await.body;
            assert!(response.status == 200 || current == *body, "{uri} {now}");
        }
        let expected = match now {
            _ if now <= NOW_MILLIS + 1000 => [0, 0],
            _ if now < end_of_day - 3_600_000 => [1, 1],
            _ if now < end_of_day => [2, 1],
            _ => [2, 2],
        };
        assert_eq!(counts, expected, "{now}");
    }
}

#[actix_web::test]
async fn an_unchanged_page_tells_that_the_user_has_written() {
    let app = app(&[]).await;
    for title in ["a", "b", "c"] {
        app.create("alice", &format!(r#"{{"title":"{title}"}}"#)).await;
    }
    let first = app.send(read("/api/tasks?sort=title&limit=1")).await;
    let second = format!("/api/tasks?limit=1&cursor={}", first.header("x-next-cursor"));
    let before = app.send(read(&second)).await;
    let tag = before.header("etag").to_owned();
    let unchanged = app.send(unless(&second, &tag)).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.header("x-changed-since")), (304, ""));
    // A change that leaves this page as it is.
    app.create("alice", r#"{"title":"z"}"#).await;
    let after = app.send(unless(&second, &tag)).await;
    assert_eq!((after.status.as_u16(), after.header("x-changed-since")), (200, "true"));
    let unchanged = app.send(unless(&second, after.header("etag"))).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.header("x-changed-since")), (304, "true"));
}

#[actix_web::test]
async fn tags_of_other_users_and_lists_do_not_match() {
    let app = app(&[]).await;
    let mut tags = Vec::new();
    // Of both users nothing is stored: all lists are empty.
    for (user, name) in [("alice", "alice"), ("bob", "bob")] {
        for list in ["tasks", "tasks/trash", "tasks/tags", "lists", "tasks?limit=5", "tasks?limit=6"] {
            for uri in [format!("/api/{list}"), format!("/api/{name}/{list}")] {
                let response = app.send(call("GET", &uri).by(user)).await;
                assert_eq!(response.body, "[]");
                tags.push((user, uri, response.header("etag").to_owned()));
            }
        }
    }
    for (user, uri, own) in &tags {
        let others: Vec<&str> = tags.iter().map(|(.., tag)| tag.as_str()).filter(|tag| tag != own).collect();
        assert_eq!(others.len(), tags.len() - 1, "{uri}");
        let response = app.send(call("GET", uri).by(user).header("if-none-match", &others.join(", "))).await;
        assert_eq!(response.status, 200, "{uri}");
    }
    let foreign = app.send(call("GET", "/api/alice/tasks").by("bob").header("if-none-match", "*")).await;
    assert_eq!(foreign.status, 403);
}

//! The pages that the service has for people, in a real browser; and who gets them.

use std::time::Duration;

use tasknook_tests::{Answer, Service, run_to_exit};

use crate::database::Database;
use crate::node::node;

const LIMIT: Duration = Duration::from_mins(2);

#[test]
fn the_front_door_is_a_page_in_light_and_dark_wide_and_narrow() {
    in_a_browser("root.mjs");
}

#[test]
fn the_api_can_be_read_and_tried_in_a_page() {
    in_a_browser("docs.mjs");
}

#[test]
fn the_front_door_is_a_page_for_browsers_and_json_for_others() {
    let service = Database::Sqlite.with_secret().serve();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    for (accept, form) in [
        (None, "application/json"),
        (Some("*/*"), "application/json"),
        (Some("application/json, text/plain, */*"), "application/json"),
        (Some("text/html;q=0.4, application/json;q=0.5"), "application/json"),
        (Some(browser), "text/html; charset=utf-8"),
        (Some("text/*"), "text/html; charset=utf-8"),
        (Some("application/json;q=0.1, text/html;q=0.2"), "text/html; charset=utf-8"),
        (Some("application/json;q=0, */*"), "text/html; charset=utf-8"),
    ] {
        let answer = door(&service, accept).expect(200);
        assert_eq!(answer.header("content-type"), Some(form), "{accept:?}");
        assert!(varies(&answer), "{answer}");
    }
    assert_eq!(door(&service, None).json()["docs"], "/docs");
    let refused = door(&service, Some("image/png")).expect(406);
    assert_eq!(refused.json()["code"], "not_acceptable");
    assert!(varies(&refused), "{refused}");
    service.stop();
}

/// Whether caches are told that another `Accept` gets another answer.
fn varies(answer: &Answer) -> bool {
    answer.header("vary").is_some_and(|vary| vary.split(", ").any(|name| name == "Accept"))
}

fn door(service: &Service, accept: Option<&str>) -> Answer {
    let client = service.client();
    let request = client.request("GET", "/");
    match accept {
        Some(accept) => request.header("Accept", accept).send(),
        None => request.send(),
    }
}

#[track_caller]
fn in_a_browser(script: &str) {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let mut node = node(&environment, "browser", &[script]);
    node.env("TASKNOOK_URL", service.url());
    node.env("TASKNOOK_TOKEN", environment.token("alice"));
    let _ = run_to_exit(&mut node, LIMIT).success();
    service.stop();
}

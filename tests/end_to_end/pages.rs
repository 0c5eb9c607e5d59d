//! The HTML pages of the service in a real browser, and their content negotiation.

use tasknook_tests::{Response, Service};

use crate::database::Database;
use crate::node::browser_tests;

#[test]
fn landing_page_fits_light_dark_wide_and_narrow_windows() {
    in_a_browser("landing_page");
}

#[test]
fn api_docs_can_be_read_and_tried() {
    in_a_browser("api_docs");
}

#[test]
fn landing_page_is_html_for_browsers_and_json_for_others() {
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
        let response = landing_page(&service, accept).expect(200);
        assert_eq!(response.header("content-type"), Some(form), "{accept:?}");
        assert!(varies(&response), "{response}");
    }
    assert_eq!(landing_page(&service, None).json()["docs"], "/docs");
    let rejected = landing_page(&service, Some("image/png")).expect(406);
    assert_eq!(rejected.json()["code"], "not_acceptable");
    assert!(varies(&rejected), "{rejected}");
    service.stop();
}

/// Whether the response varies by `Accept`.
fn varies(response: &Response) -> bool {
    response.header("vary").is_some_and(|vary| vary.split(", ").any(|name| name == "Accept"))
}

fn landing_page(service: &Service, accept: Option<&str>) -> Response {
    let client = service.client();
    let request = client.request("GET", "/");
    match accept {
        Some(accept) => request.header("Accept", accept).send(),
        None => request.send(),
    }
}

#[track_caller]
fn in_a_browser(file: &str) {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    browser_tests(&environment, file, |tests| {
        tests.env("TASKNOOK_URL", service.url()).env("TASKNOOK_TOKEN", environment.token("alice"))
    });
    service.stop();
}

//! Pages for people. All of what they need is in the binary, and a browser is told to load nothing else: no other
//! origin, no inline script, no inline style, no frame around them.

use actix_web::HttpResponse;
use actix_web::http::header;

/// What may be done by any file, which is not a page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A page, which loads its own files and does what this allows beside that.
pub(super) fn html(content: &'static str, allowed: &str) -> HttpResponse {
    let policy = format!("{NOTHING}; style-src 'self'; img-src 'self'{allowed}");
    answer("text/html; charset=utf-8", content, &policy, "no-cache")
}

/// A file of a page.
pub(super) fn file(content_type: &str, content: impl Into<Vec<u8>>) -> HttpResponse {
    answer(content_type, content, NOTHING, "public, max-age=3600")
}

fn answer(content_type: &str, content: impl Into<Vec<u8>>, policy: &str, kept: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, kept))
        .body(content.into())
}

//! The API's own description, and a page to read and try it. All of it is in the binary: nothing is fetched from
//! elsewhere.

use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::serve;

use super::page;
use crate::openapi;
use crate::openapi::parameters::FilePath;
use crate::problem::Problem;

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi::text);

/// The files of both pages.
pub(crate) const FILES: [&str; 7] =
    ["index.html", "docs.css", "docs.js", "icon.svg", "root.css", "swagger-ui-bundle.js", "swagger-ui.css"];

/// The library is one script, it calls this service, and it has icons in its style sheet.
const ALLOWED: &str = " data:; script-src 'self'; connect-src 'self'";

/// Describes the API
///
/// This document, in OpenAPI 3.1. `tasknook openapi` prints the same.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    operation_id = "get_openapi",
    responses((status = 200, description = "The description.", body = serde_json::Value, content_type = "application/json"))
)]
pub(crate) async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(DOCUMENT.as_str())
}

/// Leads to the page
///
/// The page to read and try the API lies in a folder, so that its files have relative names.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    operation_id = "get_docs",
    responses((status = 308, description = "The page is elsewhere.", headers(
        ("Location" = String, description = "Where it is.")
    )))
)]
pub(crate) async fn index() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/index.html")).finish()
}

/// Reads a file of the page
///
/// `index.html` is the page itself.
#[utoipa::path(
    get,
    path = "/docs/{file}",
    tag = "service",
    operation_id = "get_docs_file",
    params(FilePath),
    responses((status = 200, description = "The file.", content(
        (String = "text/html"),
        (String = "text/css"),
        (String = "text/javascript"),
        (String = "image/svg+xml")
    )))
)]
pub(crate) async fn file(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let file = match name.as_str() {
        "index.html" => page::html(include_str!("docs/index.html"), ALLOWED),
        "docs.css" => page::file("text/css", include_str!("docs/docs.css")),
        "docs.js" => page::file("text/javascript", include_str!("docs/docs.js")),
        "icon.svg" => page::file("image/svg+xml", include_str!("root/icon.svg")),
        "root.css" => page::file("text/css", include_str!("root/root.css")),
        name if FILES.contains(&name) => of_library(name).ok_or_else(Problem::internal)?,
        _ => return Err(Problem::no_route()),
    };
    Ok(file)
}

/// A file of Swagger UI, as it is.
fn of_library(name: &str) -> Option<HttpResponse> {
    let file = serve(name, Arc::default()).ok()??;
    Some(page::file(&file.content_type, file.bytes.into_owned()))
}

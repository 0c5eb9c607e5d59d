//! The front door: what this is and where to go, as a page for people and as JSON for everything else.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::page;
use crate::accept;
use crate::caller::not_acceptable;
use crate::problem::Problem;
use crate::representation::json;

/// What this is, and where to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct About {
    /// The name of the service.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// The page to read and try the API.
    docs: &'static str,
    /// The description in OpenAPI 3.1.
    openapi: &'static str,
    /// How the service is.
    health: &'static str,
}

impl About {
    /// This service.
    pub(crate) const HERE: Self = Self {
        name: "tasknook",
        version: env!("CARGO_PKG_VERSION"),
        docs: "/docs",
        openapi: "/openapi.json",
        health: "/health",
    };
}

static PAGE: LazyLock<String> =
    LazyLock::new(|| include_str!("root/page.html").replace("{version}", About::HERE.version));

/// The page only shows and links.
const ALLOWED: &str = "";

/// Says what this is
///
/// A page for those who prefer `text/html`, as browsers do; JSON for those who do not say.
#[utoipa::path(
    get,
    path = "/",
    tag = "service",
    operation_id = "get_root",
    responses((status = 200, description = "What this is, and where to go.", content(
        (About = "application/json"),
        (String = "text/html")
    )))
)]
pub(crate) async fn root(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let [of_json, of_html] = ["application/json", "text/html"].map(|form| accept::quality(&request, form));
    if of_json.max(of_html) == header::Quality::ZERO {
        return Err(not_acceptable().with_header(header::VARY, "Accept"));
    }
    let mut response = if of_html > of_json {
        page::html(PAGE.as_str(), ALLOWED)
    } else {
        json(&mut HttpResponse::Ok(), &About::HERE)
    };
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("Accept"));
    Ok(response)
}

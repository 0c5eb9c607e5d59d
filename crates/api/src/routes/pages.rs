//! Pages for people: the landing page at `/` and Swagger UI under `/docs`. All files are in the binary, and the policy
//! allows a browser nothing else: no other origin, no inline script or style, no frame around the page.

use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};
use utoipa_swagger_ui::serve;

use crate::http::path;
use crate::http::problem::Problem;
use crate::http::representation::{accept_quality, json};
use crate::openapi::parameters;
use crate::state::AppState;

/// The body of `/`: the service and its main URLs.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServiceInfo {
    /// The name of the service.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// The interactive documentation.
    docs: String,
    /// The OpenAPI 3.1 document.
    openapi: String,
    /// The health of the service.
    health: String,
}

impl ServiceInfo {
    /// This service at a URL, or the paths.
    pub(crate) fn at(public_url: &str) -> Self {
        let [docs, openapi, health] =
            ["docs", "openapi.json", "health"].map(|path| format!("{public_url}/{path}"));
        Self { name: "tasknook", version: env!("CARGO_PKG_VERSION"), docs, openapi, health }
    }
}

static ROOT: LazyLock<String> = LazyLock::new(|| with_version(include_str!("pages/root.html")));
static DOCS: LazyLock<String> = LazyLock::new(|| with_version(include_str!("pages/docs.html")));

fn with_version(page: &str) -> String {
    page.replace("{version}", env!("CARGO_PKG_VERSION"))
}

/// Describes the service
///
/// A page for clients that prefer `text/html`, as browsers do; JSON for others.
#[utoipa::path(
    get,
    path = "/",
    tag = "service",
    operation_id = "get_root",
    responses((status = 200, description = "The service and its main URLs.", content(
        (ServiceInfo = "application/json"),
        (String = "text/html")
    )))
)]
pub(crate) async fn root(request: HttpRequest, state: web::Data<AppState>) -> Result<HttpResponse, Problem> {
    let [json_quality, html_quality] =
        ["application/json", "text/html"].map(|form| accept_quality(&request, form));
    if json_quality.max(html_quality) == header::Quality::ZERO {
        return Err(Problem::not_acceptable("application/json").with_header(header::VARY, "Accept"));
    }
    let mut response = if html_quality > json_quality {
        html(ROOT.as_str(), "")
    } else {
        json(&mut HttpResponse::Ok(), &ServiceInfo::at(&state.public_url))
    };
    // A cache must not serve the page to a client that wants JSON.
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("Accept"));
    Ok(response)
}

/// The files of both pages.
const FILES: [&str; 11] = [
    "index.html",
    "docs.css",
    "docs.js",
    "icon.svg",
    "operations.css",
    "responses.css",
    "root.css",
    "schemas.css",
    "swagger-ui-bundle.js",
    "theme.css",
    "token.js",
];

/// Swagger UI and the scripts of the page call this service.
const DOCS_POLICY: &str = "; script-src 'self'; connect-src 'self'";

/// A file of the page.
pub(crate) struct FilePath;

impl IntoParams for FilePath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = parameters::text().enum_values(Some(FILES));
        vec![parameters::path("file", "The name of the file, such as `index.html`.", schema)]
    }
}

/// Redirects to the interactive documentation
///
/// To `/docs/index.html`, so that its files have relative URLs.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    operation_id = "get_docs",
    responses((status = 308, description = "Redirect to the documentation.", headers(
        ("Location" = String, description = "The path of the documentation.")
    )))
)]
pub(crate) async fn index(state: web::Data<AppState>) -> HttpResponse {
    let location = format!("{}/docs/index.html", state.public_url);
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, location)).finish()
}

/// Reads a file of the interactive documentation
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
pub(crate) async fn file(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let file = match path::parameter(&request, "file").unwrap_or_default() {
        "index.html" => html(DOCS.as_str(), DOCS_POLICY),
        "docs.css" => asset("text/css", include_str!("pages/docs.css")),
        "docs.js" => asset("text/javascript", include_str!("pages/docs.js")),
        "icon.svg" => asset("image/svg+xml", include_str!("pages/icon.svg")),
        "operations.css" => asset("text/css", include_str!("pages/operations.css")),
        "responses.css" => asset("text/css", include_str!("pages/responses.css")),
        "root.css" => asset("text/css", include_str!("pages/root.css")),
        "schemas.css" => asset("text/css", include_str!("pages/schemas.css")),
        "swagger-ui-bundle.js" => {
            let bundle = SWAGGER_UI.clone().ok_or_else(Problem::internal)?;
            asset("text/javascript", bundle)
        }
        "theme.css" => asset("text/css", include_str!("pages/theme.css")),
        "token.js" => asset("text/javascript", include_str!("pages/token.js")),
        _ => return Err(Problem::no_route()),
    };
    Ok(file)
}

/// The script of Swagger UI, once in memory for all responses.
static SWAGGER_UI: LazyLock<Option<Bytes>> =
    LazyLock::new(|| Some(serve("swagger-ui-bundle.js", Arc::default()).ok()??.bytes.into_owned().into()));

/// The policy of files that are not pages.
const NOTHING_ALLOWED: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A page, which may load its own files and what `allowed` adds.
fn html(content: &'static str, allowed: &str) -> HttpResponse {
    let policy = format!("{NOTHING_ALLOWED}; style-src 'self'; img-src 'self'{allowed}");
    respond("text/html; charset=utf-8", content, &policy, "no-cache")
}

/// A file of a page.
fn asset(content_type: &str, content: impl Into<Bytes>) -> HttpResponse {
    respond(content_type, content, NOTHING_ALLOWED, "public, max-age=3600")
}

fn respond(
    content_type: &str,
    content: impl Into<Bytes>,
    policy: &str,
    cache_control: &'static str,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, cache_control))
        .body::<Bytes>(content.into())
}

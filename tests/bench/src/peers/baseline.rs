//! The baseline: one `web::block` for each request, which takes a connection from an r2d2 pool and runs statements for one
//! row. A connection is not tested when it is taken, which would cost a round trip. The response has the service's headers,
//! without the service's middleware (CORS, metrics, limits, spans of its log).

use std::sync::Arc;

use actix_web::error::{BlockingError, ErrorInternalServerError};
use actix_web::http::header;
use actix_web::web::{self, Data, Json, Path, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer, Result};
use auth::TokenVerifier;
use serde::Serialize;
use uuid::Uuid;

use super::postgres::PostgresStore;
use super::sqlite::SqliteStore;
use super::store::{NewTask, Page, Store, Task};

/// As in the service.
const CONNECTIONS: u32 = 10;

#[actix_web::main]
pub(super) async fn serve(url: &str) -> std::io::Result<()> {
    let store: Arc<dyn Store> = match url.strip_prefix("sqlite://") {
        Some(path) => Arc::new(SqliteStore::open(path, CONNECTIONS)),
        None => Arc::new(PostgresStore::open(url, CONNECTIONS)),
    };
    let verifier: Data<dyn TokenVerifier> = Data::from(super::verifier());
    let store: Data<dyn Store> = Data::from(store);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::clone(&verifier))
            .app_data(Data::clone(&store))
            .route("/api/{user_id}/tasks", web::get().to(list))
            .route("/api/{user_id}/tasks", web::post().to(create))
            .route("/api/{user_id}/tasks/{id}", web::get().to(get))
    });
    let server = server.workers(super::workers()).bind("127.0.0.1:0")?;
    super::print_address(&server.addrs());
    server.run().await
}

/// The user of the token, subject must be the path's.
async fn owner(request: &HttpRequest, verifier: &dyn TokenVerifier) -> Result<String, HttpResponse> {
    let user = super::user(request, verifier).await.map_err(|_| HttpResponse::Unauthorized().finish())?;
    let named = request.match_info().get("user_id") == Some(user.as_str());
    if named { Ok(user) } else { Err(HttpResponse::Forbidden().finish()) }
}

async fn get(
    request: HttpRequest,
    path: Path<(String, String)>,
    verifier: Data<dyn TokenVerifier>,
    store: Data<dyn Store>,
) -> Result<HttpResponse> {
    let owner = match owner(&request, &**verifier).await {
        Ok(owner) => owner,
        Err(rejection) => return Ok(rejection),
    };
    let Ok(id) = Uuid::parse_str(&path.1) else { return Ok(HttpResponse::NotFound().finish()) };
    let task = block(move || store.get(&owner, id)).await.map_err(ErrorInternalServerError)?;
    Ok(task.map_or_else(|| HttpResponse::NotFound().finish(), |task| one(HttpResponse::Ok(), &task)))
}

async fn list(
    request: HttpRequest,
    page: Query<Page>,
    verifier: Data<dyn TokenVerifier>,
    store: Data<dyn Store>,
) -> Result<HttpResponse> {
    let owner = match owner(&request, &**verifier).await {
        Ok(owner) => owner,
        Err(rejection) => return Ok(rejection),
    };
    let tasks = block(move || store.list(&owner, page.limit)).await.map_err(ErrorInternalServerError)?;
    Ok(json(HttpResponse::Ok(), &tasks))
}

async fn create(
    request: HttpRequest,
    new: Json<NewTask>,
    verifier: Data<dyn TokenVerifier>,
    store: Data<dyn Store>,
) -> Result<HttpResponse> {
    let owner = match owner(&request, &**verifier).await {
        Ok(owner) => owner,
        Err(rejection) => return Ok(rejection),
    };
    let Ok(task) = new.into_inner().task(owner) else {
        return Ok(HttpResponse::UnprocessableEntity().finish());
    };
    let task = block(move || store.create(task)).await.map_err(ErrorInternalServerError)?;
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("{}/{}", request.path(), task.id)));
    Ok(one(response, &task))
}

#[expect(clippy::disallowed_methods, reason = "the baseline blocks as most actix-web services do")]
async fn block<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Result<T, BlockingError> {
    web::block(run).await
}

fn one(mut response: HttpResponseBuilder, task: &Task) -> HttpResponse {
    response.insert_header((header::ETAG, format!("\"{}\"", task.revision)));
    json(response, task)
}

#[expect(clippy::disallowed_methods, reason = "a request id, as in the service")]
fn json(mut response: HttpResponseBuilder, value: &impl Serialize) -> HttpResponse {
    response
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::VARY, "Authorization"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("x-request-id", Uuid::now_v7().to_string()))
        .json(value)
}

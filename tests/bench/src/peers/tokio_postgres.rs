//! A service on axum and tokio-postgres, written for speed: a runtime with a thread per core, no middleware, statements
//! that are pipelined over a few connections. The tables, the members of a task and the headers are the baseline's.

mod database;

use std::sync::Arc;

use auth::{Identity, TokenVerifier, authenticate};
use axum::extract::{FromRequestParts, Path, Query, RawPathParams, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::runtime;
use uuid::{Builder, Uuid};

use self::database::Database;
use super::store::{NewTask, Page, Task};

/// The fastest of 2, 4 and 8.
const READERS: usize = 4;
/// The fastest of 8, 16 and 32: a connection commits one statement after another, and a commit waits for the disk.
const WRITERS: usize = 32;

type Result<T> = std::result::Result<T, StatusCode>;

struct Peer {
    verifier: Arc<dyn TokenVerifier>,
    database: Database,
}

pub(super) fn serve(url: &str) -> std::io::Result<()> {
    let runtime =
        runtime::Builder::new_multi_thread().worker_threads(super::workers()).enable_all().build()?;
    runtime.block_on(async {
        let database = Database::open(url, READERS, WRITERS).await.expect("the database is open");
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        super::print_address(&[listener.local_addr()?]);
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("a new socket has options"));
        axum::serve(listener, router(Peer { verifier: super::verifier(), database })).await
    })
}

fn router(peer: Peer) -> Router {
    Router::new()
        .route("/api/{user_id}/tasks", get(list).post(create))
        .route("/api/{user_id}/tasks/{id}", get(read).put(change).delete(delete))
        .route("/api/{user_id}/tasks/{id}/complete", patch(toggle))
        .with_state(Arc::new(peer))
}

/// The user of the token, who must be the path's.
struct Owner(Identity);

impl Owner {
    fn id(&self) -> &str {
        self.0.user_id()
    }
}

impl FromRequestParts<Arc<Peer>> for Owner {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, peer: &Arc<Peer>) -> Result<Self> {
        let values = parts.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let identity = authenticate(&*peer.verifier, values).await.map_err(|_| StatusCode::UNAUTHORIZED)?;
        let path = RawPathParams::from_request_parts(parts, peer).await;
        let path = path.map_err(|_| StatusCode::NOT_FOUND)?;
        let user = path.iter().find_map(|(name, value)| (name == "user_id").then_some(value));
        if user == Some(identity.user_id()) { Ok(Self(identity)) } else { Err(StatusCode::FORBIDDEN) }
    }
}

type TaskPath = Path<(String, Uuid)>;

async fn read(peer: State<Arc<Peer>>, owner: Owner, Path((_, id)): TaskPath) -> Result<Response> {
    let row = peer.database.get(owner.id(), id).await.map_err(failed)?.ok_or(StatusCode::NOT_FOUND)?;
    Ok(one(StatusCode::OK, &database::task(owner.id(), &row)))
}

async fn list(peer: State<Arc<Peer>>, owner: Owner, page: Query<Page>) -> Result<Response> {
    let rows = peer.database.list(owner.id(), page.limit).await.map_err(failed)?;
    let tasks: Vec<Task<&str>> = rows.iter().map(|row| database::task(owner.id(), row)).collect();
    Ok(json(StatusCode::OK, &tasks))
}

async fn create(peer: State<Arc<Peer>>, owner: Owner, Json(new): Json<NewTask>) -> Result<Response> {
    let task = new.task(owner.id().to_owned()).map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
    let revision = peer.database.create(&task).await.map_err(failed)?;
    let mut response = one(StatusCode::CREATED, &Task { revision, ..task });
    let location = format!("/api/{}/tasks/{}", owner.id(), task.id);
    response.headers_mut().insert(LOCATION, value(location));
    Ok(response)
}

/// What the load changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    completed: bool,
}

async fn change(
    peer: State<Arc<Peer>>,
    owner: Owner,
    Path((_, id)): TaskPath,
    Json(change): Json<Change>,
) -> Result<Response> {
    completed(&peer, &owner, id, Some(change.completed)).await
}

async fn toggle(peer: State<Arc<Peer>>, owner: Owner, Path((_, id)): TaskPath) -> Result<Response> {
    completed(&peer, &owner, id, None).await
}

async fn completed(peer: &Peer, owner: &Owner, id: Uuid, completed: Option<bool>) -> Result<Response> {
    let row = peer.database.complete(owner.id(), id, completed, now()).await.map_err(failed)?;
    let row = row.ok_or(StatusCode::NOT_FOUND)?;
    Ok(one(StatusCode::OK, &database::task(owner.id(), &row)))
}

async fn delete(peer: State<Arc<Peer>>, owner: Owner, Path((_, id)): TaskPath) -> Result<StatusCode> {
    let deleted = peer.database.delete(owner.id(), id, now()).await.map_err(failed)?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(StatusCode::NOT_FOUND) }
}

#[expect(clippy::disallowed_methods, reason = "this server reads the clock where it needs it")]
fn now() -> OffsetDateTime {
    Timestamp::new(OffsetDateTime::now_utc()).as_offset_date_time()
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn failed(error: tokio_postgres::Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

fn one<S: Serialize>(status: StatusCode, task: &Task<S>) -> Response {
    let mut response = json(status, task);
    response.headers_mut().insert(ETAG, value(format!("\"{}\"", task.revision)));
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("a task is JSON");
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("Authorization"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Without a system call for randomness.
    let request_id = Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid();
    headers.insert("x-request-id", value(request_id.to_string()));
    (status, headers, body).into_response()
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("the text has no control characters")
}

//! The guards of every adapter: one table of requests, the same responses from actix-web, axum and tower.
#![cfg(all(feature = "actix", feature = "axum"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails, fails here"
)]

mod access;
#[cfg(feature = "testing")]
#[path = "../../examples/actix_routes.rs"]
mod actix_routes;
#[cfg(feature = "testing")]
#[path = "../../examples/actix_websocket.rs"]
mod actix_websocket;
mod adapters;
#[cfg(feature = "testing")]
#[path = "../../examples/axum_routes.rs"]
#[expect(dead_code, reason = "its main")]
mod axum_routes;
mod challenge;
#[cfg(feature = "testing")]
#[path = "../../examples/event_stream.rs"]
#[expect(dead_code, reason = "its main")]
mod event_stream;
mod grpc;
mod hook;
mod nested;
mod optional;
#[cfg(feature = "testing")]
mod routes;
mod sources;
#[cfg(feature = "testing")]
mod streams;
#[path = "../support/support.rs"]
mod support;
#[path = "../../examples/tonic_service.rs"]
#[expect(dead_code, reason = "its main")]
mod tonic_service;
#[cfg(feature = "testing")]
#[path = "../../examples/websocket.rs"]
#[expect(dead_code, reason = "its main")]
mod websocket;

//! The examples that keep a connection open: an event stream, `WebSocket`s and gRPC.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tasknook_tests::{BetterAuth, EventStream, ExampleService, Mode};
use tonic::transport::Endpoint;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::{forged, variables};

#[test]
fn example_event_stream_serves_users_of_better_auth() {
    let better_auth = BetterAuth::start(Mode::Default);
    let user = better_auth.sign_up("alice");
    let service = ExampleService::start("event_stream", &variables(&better_auth));
    let path = |token: &str| format!("/api/events?access_token={token}");
    let mut stream = EventStream::open(service.address(), &path(&user.token), &[]).unwrap();
    for _ in 0..2 {
        assert_eq!(stream.lines().unwrap().unwrap(), format!("data: {}", user.id));
    }
    let _ = service.client().get(&path(&forged(&user.token))).expect(401);
}

/// Requests a WebSocket, and reads the head of the response.
fn web_socket(address: &str, token: &str) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(
        socket,
        "GET /api/echo HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: bearer, {token}\r\n\r\n"
    )
    .unwrap();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    (socket, String::from_utf8(head).unwrap().to_lowercase())
}

#[test]
fn example_websockets_serve_users_of_better_auth() {
    let better_auth = BetterAuth::start(Mode::Default);
    let user = better_auth.sign_up("alice");
    for name in ["actix_websocket", "websocket"] {
        let service = ExampleService::start(name, &variables(&better_auth));
        let (mut socket, head) = web_socket(service.address(), &user.token);
        assert!(head.starts_with("http/1.1 101 ") && head.contains("protocol: bearer\r\n"), "{name}: {head}");
        // A frame of text (RFC 6455 §5.2), masked with zeros.
        socket.write_all(b"\x81\x82\0\0\0\0hi").unwrap();
        let mut frame = vec![0; 2 + user.id.len() + 4];
        socket.read_exact(&mut frame).unwrap();
        assert_eq!(String::from_utf8_lossy(&frame[2..]), format!("{}: hi", user.id), "{name}");
        let (_, head) = web_socket(service.address(), &forged(&user.token));
        assert!(head.starts_with("http/1.1 401 "), "{name}: {head}");
    }
}

#[tokio::test]
async fn example_grpc_service_serves_users_of_better_auth() {
    for mode in [Mode::Admins, Mode::SharedSecret] {
        let better_auth = BetterAuth::start(mode);
        let [user, admin] = ["alice", "admin"].map(|name| better_auth.sign_up(name));
        let service = ExampleService::start("tonic_service", &variables(&better_auth));
        let endpoint = Endpoint::from_shared(format!("http://{}", service.address())).unwrap();
        let mut client = HealthClient::new(endpoint.connect().await.unwrap());
        let request = |token: &str| {
            let mut request = Request::new(HealthCheckRequest::default());
            request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
            request
        };

        let response = client.check(request(&user.token)).await.unwrap();
        assert_eq!(response.metadata().get("user-id").unwrap(), &*user.id);
        let stranger = client.check(HealthCheckRequest::default()).await.unwrap_err();
        assert_eq!(
            (stranger.code(), stranger.message()),
            (Code::Unauthenticated, "a bearer token is required")
        );
        let rejected = client.check(request(&forged(&user.token))).await.unwrap_err();
        assert_eq!(
            (rejected.code(), rejected.message()),
            (Code::Unauthenticated, "the token's signature is wrong")
        );

        let denied = client.watch(request(&user.token)).await.unwrap_err();
        assert_eq!(denied.code(), Code::PermissionDenied);
        assert_eq!(client.watch(request(&admin.token)).await.is_ok(), mode == Mode::Admins);
    }
}

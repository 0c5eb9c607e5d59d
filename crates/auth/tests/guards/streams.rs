//! The examples of an event stream and of a WebSocket, over a socket, as a browser uses them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use ::axum::Router;
use actix_web::rt::System;
use actix_web::{App, HttpServer};

use tasknook_auth::TokenVerifier;
use tasknook_auth::testing::{TestIssuer, bearer};

use crate::{actix_websocket, event_stream, websocket};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Runs a test against an application that serves on a port of its own.
fn serve(app: Router, test: impl FnOnce(SocketAddr)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { ::axum::serve(listener, app).await });
    test(address);
}

/// As `serve`, of each example of a WebSocket.
fn serve_websockets(verifier: &Arc<dyn TokenVerifier>, test: impl Fn(SocketAddr)) {
    serve(websocket::app(verifier.clone()), &test);

    let (app, (sender, started)) = (verifier.clone(), channel());
    let thread = thread::spawn(move || {
        System::new().block_on(async {
            let server = HttpServer::new(move || App::new().configure(actix_websocket::routes(app.clone())));
            let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
            let address = server.addrs()[0];
            let server = server.run();
            sender.send((address, server.handle())).unwrap();
            server.await
        })
    });
    let (address, server) = started.recv().unwrap();
    test(address);
    pollster::block_on(server.stop(false));
    thread.join().unwrap().unwrap();
}

/// Sends the head of a request.
fn open(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> TcpStream {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(TIMEOUT)).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nhost: localhost\r\n").unwrap();
    for (name, value) in headers {
        write!(socket, "{name}: {value}\r\n").unwrap();
    }
    write!(socket, "\r\n").unwrap();
    socket
}

/// Reads up to `end`, or to the end of the connection.
fn read_to(socket: &mut TcpStream, end: &[u8]) -> String {
    let (mut read, mut byte) = (Vec::new(), [0]);
    while !read.ends_with(end) && socket.read(&mut byte).unwrap() == 1 {
        read.extend(byte);
    }
    String::from_utf8(read).unwrap()
}

fn head(socket: &mut TcpStream) -> String {
    read_to(socket, b"\r\n\r\n").to_lowercase()
}

#[test]
fn example_event_stream_takes_the_token_of_the_query() {
    let issuer = TestIssuer::with_key_set();
    let (good, expired) = (issuer.token("user-a"), issuer.expired_token("user-a"));
    serve(event_stream::app(issuer.verifier()), |address| {
        let header = bearer(&good);
        let in_query = format!("/api/events?access_token={good}");
        for (path, headers) in [(&*in_query, vec![]), ("/api/events", vec![("authorization", &*header)])] {
            let mut socket = open(address, path, &headers);
            let head = head(&mut socket);
            assert!(head.starts_with("http/1.1 200") && head.contains("text/event-stream"), "{head}");
            assert!(read_to(&mut socket, b"\n\n").ends_with("data: user-a\n\n"));
        }
        let cookie = format!("access_token={good}");
        for (path, headers, status) in [
            ("/api/events".to_owned(), vec![], 401),
            ("/api/events".to_owned(), vec![("cookie", &*cookie)], 401),
            (format!("/api/events?access_token={expired}"), vec![], 401),
            (in_query.clone(), vec![("authorization", &*header)], 400),
        ] {
            let head = head(&mut open(address, &path, &headers));
            assert!(head.starts_with(&format!("http/1.1 {status}")), "{path}: {head}");
        }
    });
}

#[test]
fn example_event_stream_ends_with_its_token() {
    let issuer = TestIssuer::with_key_set();
    // Valid to the guard within the leeway, and over for what outlives the request.
    let over = issuer.builder("user-a").expires_in(-5).sign();
    serve(event_stream::app(issuer.verifier()), |address| {
        let mut socket = open(address, &format!("/api/events?access_token={over}"), &[]);
        assert!(head(&mut socket).starts_with("http/1.1 200"));
        assert_eq!(read_to(&mut socket, b"\r\n"), "0\r\n", "a last chunk");
    });
}

/// A request to upgrade, with these protocols.
fn upgrade(address: SocketAddr, protocols: &str) -> TcpStream {
    let mut headers = vec![
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    if !protocols.is_empty() {
        headers.push(("sec-websocket-protocol", protocols));
    }
    open(address, "/api/echo", &headers)
}

#[test]
fn example_websockets_select_the_protocol_and_not_the_token() {
    let issuer = TestIssuer::with_key_set();
    let (good, expired) = (issuer.token("user-a"), issuer.expired_token("user-a"));
    serve_websockets(&(issuer.verifier() as _), |address| {
        let mut socket = upgrade(address, &format!("bearer, {good}"));
        let head = head(&mut socket);
        assert!(head.starts_with("http/1.1 101"), "{head}");
        assert!(head.contains("sec-websocket-protocol: bearer\r\n"), "{head}");
        assert!(!head.contains(&good.to_lowercase()), "{head}");
        // A frame of text (RFC 6455 §5.2), masked with zeros as that of a client must be masked.
        socket.write_all(b"\x81\x82\0\0\0\0hi").unwrap();
        let mut frame = [0; 12];
        socket.read_exact(&mut frame).unwrap();
        assert_eq!(&frame, b"\x81\x0auser-a: hi");
        for protocols in ["", "bearer", &good, &format!("bearer, {expired}")] {
            let head = self::head(&mut upgrade(address, protocols));
            assert!(head.starts_with("http/1.1 401"), "{protocols}: {head}");
        }
    });
}

#[test]
fn example_websockets_close_when_their_token_ends() {
    let issuer = TestIssuer::with_key_set();
    let over = issuer.builder("user-a").expires_in(-5).sign();
    serve_websockets(&(issuer.verifier() as _), |address| {
        let mut socket = upgrade(address, &format!("bearer, {over}"));
        assert!(head(&mut socket).starts_with("http/1.1 101"));
        let mut frame = [0; 2];
        socket.read_exact(&mut frame).unwrap();
        assert_eq!(&frame, b"\x88\0", "a frame that closes");
    });
}

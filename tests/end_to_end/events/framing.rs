//! How the stream is delimited on its connection.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{LIMIT, expect, open};
use crate::database::Database;

#[test]
fn clients_without_chunks_get_the_stream_as_it_is() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let token = environment.token("alice");
    let upgrade = "HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket";
    let received = ["HTTP/1.0", upgrade].map(|version| {
        let mut connection = TcpStream::connect(service.address()).unwrap();
        connection.set_read_timeout(Some(LIMIT)).unwrap();
        let request = format!("GET /api/tasks/events {version}\r\nAuthorization: Bearer {token}\r\n\r\n");
        connection.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.contains("event: ready") {
            let length = connection.read(&mut buffer).unwrap();
            assert!(length > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
        (connection, text)
    });
    service.stop();
    for (mut connection, mut text) in received {
        connection.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.to_lowercase().contains("transfer-encoding"), "{head}");
        let lines: Vec<&str> = body.lines().collect();
        assert!(lines[0].starts_with("id: ") && lines[1] == "event: ready", "{body}");
        assert!(lines[4].starts_with("retry: "), "{body}");
    }
}

#[test]
fn the_connection_is_closed_with_the_stream() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__DRAIN_DELAY_SECONDS", "3600");
    let service = environment.serve();
    let mut stream = open(&environment, &service, None);
    assert!(stream.head.contains("\r\nconnection: close\r\n"), "{}", stream.head);
    expect(&mut stream, "ready");
    service.terminate();
    expect(&mut stream, "retry");
    assert_eq!(stream.event().unwrap(), None);
    assert_eq!(stream.rest().unwrap(), 0, "the connection is closed during the drain delay");
    service.terminate();
    let _ = service.ended();
}

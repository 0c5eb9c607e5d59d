//! A network that can be cut: each connection to it continues to another address.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

#[derive(Default)]
struct State {
    is_cut: bool,
    /// Both ends of each connection.
    open: Vec<TcpStream>,
}

pub(super) struct Relay {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Relay {
    pub(super) fn start(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let (state, to) = (Arc::clone(&relay.state), to.to_owned());
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut state = state.lock().unwrap();
                // One that is dropped is closed at once.
                let Some((client, server)) =
                    client.ok().filter(|_| !state.is_cut).zip(TcpStream::connect(&to).ok())
                else {
                    continue;
                };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Write);
                    });
                }
                state.open.extend([client, server]);
            }
        });
        relay
    }

    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Ends all connections, and those that are made from then on.
    pub(super) fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_cut = true;
        for connection in state.open.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    pub(super) fn join(&self) {
        self.state.lock().unwrap().is_cut = false;
    }
}

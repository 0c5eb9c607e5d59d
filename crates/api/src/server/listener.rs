//! Accepts connections and serves HTTP on them.

use std::cell::RefCell;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::rc::Rc;
use std::time::Duration;

use actix_http::HttpService;
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::web::Data;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::app::app;
use super::connection::{Connection, ConnectionState, Stream, Timeouts};
use super::pieces::PIECE_BYTES;
use super::systemd::WorkerPings;
use crate::config::Settings;
use crate::routes::Endpoint;
use crate::state::AppState;

/// Idle time of a connection. Longer than the 60 s of nginx and AWS load balancers: the proxy must close first, or it sends
/// a request into a closing connection.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Time that a client has to stop sending after a response that was written before the end of its request body.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Established connections that wait to be accepted.
const BACKLOG: i32 = 2048;

/// How much a server takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capacity {
    /// Threads.
    pub workers: usize,
    /// Open connections of all threads.
    pub connections: usize,
}

impl Capacity {
    /// For a few scrapers.
    pub(super) const METRICS: Self = Self { workers: 1, connections: 64 };
}

/// What a listener serves.
#[derive(Clone)]
pub(super) struct Service {
    /// What it serves.
    pub endpoints: fn() -> Vec<Endpoint>,
    /// Each worker answers these.
    pub pings: WorkerPings,
    /// TLS; without it, plain HTTP.
    pub tls: Option<TlsAcceptor>,
}

/// The sockets of an address.
pub(super) struct Listener(Vec<TcpListener>);

impl Listener {
    /// Listens on every address of a name.
    pub(super) fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut sockets = Vec::new();
        let mut failed = io::Error::other("the name has no address");
        for address in address.to_socket_addrs()? {
            match bind(address) {
                Ok(socket) => sockets.push(socket),
                Err(error) => failed = error,
            }
        }
        if sockets.is_empty() { Err(failed) } else { Ok(Self(sockets)) }
    }

    /// The base URL of the first address, with the port that was chosen.
    pub(super) fn url(&self, scheme: &str) -> String {
        let address = self.0.first().and_then(|socket| socket.local_addr().ok());
        address.map(|address| format!("{scheme}://{address}")).unwrap_or_default()
    }

    /// Starts to accept connections.
    pub(super) fn serve(
        &self,
        settings: &Settings,
        state: &Data<AppState>,
        capacity: Capacity,
        service: &Service,
    ) -> io::Result<Server> {
        let mut server = ServerBuilder::new()
            .workers(capacity.workers)
            // actix counts per worker.
            .max_concurrent_connections(capacity.connections.div_ceil(capacity.workers))
            .shutdown_timeout(settings.server.shutdown_timeout_seconds)
            // `stop_on_signal` handles them.
            .disable_signals();
        let timeouts = Timeouts {
            header: Duration::from_secs(settings.server.header_timeout_seconds),
            write: Duration::from_secs(settings.server.write_timeout_seconds),
        };
        for socket in &self.0 {
            let (cors, state, service) = (settings.cors.clone(), state.clone(), service.clone());
            server = server.listen("http", socket.try_clone()?, move || {
                service.pings.answer();
                let app = app(state.clone(), &cors, service.endpoints);
                let (draining, tls) = (state.draining.clone(), service.tls.clone());
                let accept = move |stream: TcpStream| {
                    let (draining, tls) = (draining.clone(), tls.clone());
                    async move {
                        let peer = stream.peer_addr().ok();
                        // Otherwise the last piece of a response waits until the client acknowledges those before it: 40 ms.
                        // It fails only for a socket that is closed already.
                        let _ = stream.set_nodelay(true);
                        let stream = Stream::accept(stream, tls, timeouts.header).await?;
                        Ok((Connection::new(stream, timeouts, draining), peer))
                    }
                };
                fn_service(accept).and_then(http(app))
            })?;
        }
        Ok(server.run())
    }

    /// Whether a connection waits to be accepted.
    pub(super) fn has_waiting(&self) -> bool {
        let mut sockets: Vec<_> = self.0.iter().map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
        poll(&mut sockets, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
    }

    /// Lets no new connection begin, while connections whose handshake has begun are still accepted. Closing the socket at
    /// once would reset those that wait to be accepted, although their clients may have sent a request.
    pub(super) fn accept_no_more(&self) {
        #[cfg(target_os = "linux")]
        for socket in &self.0 {
            if let Err(error) = socket2::SockRef::from(socket).attach_filter(&handshakes::WITHOUT_NEW) {
                tracing::debug!(%error, "cannot reject new connections before the listener closes");
            }
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// HTTP/1.1 on the connections.
fn http<A, S>(
    app: A,
) -> impl ServiceFactory<
    (Connection, Option<SocketAddr>),
    Config = (),
    Response = (),
    Error = actix_http::error::DispatchError,
    InitError = (),
>
where
    A: IntoServiceFactory<S, actix_http::Request>,
    S: ServiceFactory<actix_http::Request, Config = AppConfig, Error = actix_web::Error, InitError = ()>
        + 'static,
    S::Response: Into<actix_http::Response<actix_web::body::BoxBody>> + 'static,
    S::Future: 'static,
    S::Service: 'static,
{
    // actix-http makes the signal of a connection right after `on_connect_ext`, but does not pass the connection.
    let accepted = Rc::new(RefCell::new(None));
    let last_accepted = Rc::clone(&accepted);
    let app = app.into_factory().map_err(|error: actix_web::Error| error.error_response());
    HttpService::build()
        .keep_alive(KEEP_ALIVE)
        // `Connection` has this deadline for every request; actix-http has it for the first one.
        .client_request_timeout(Duration::ZERO)
        .client_disconnect_timeout(DISCONNECT_TIMEOUT)
        .h1_write_buffer_size(PIECE_BYTES)
        .on_connect_ext(move |connection: &Connection, data| {
            data.insert::<Rc<ConnectionState>>(Rc::clone(connection.state()));
            data.insert(connection.state().unread().clone());
            *accepted.borrow_mut() = Some(connection.ending());
        })
        .graceful_shutdown_signal(move || {
            let ending = last_accepted.borrow_mut().take();
            async move {
                match ending {
                    Some(ending) => ending.await,
                    None => std::future::pending().await,
                }
            }
        })
        .h1(map_config(app, |()| AppConfig::default()))
}

#[cfg(target_os = "linux")]
mod handshakes {
    use socket2::SockFilter;

    /// Drops segments without ACK, so the first of every handshake (classic BPF, `linux/bpf_common.h`).
    pub(super) const WITHOUT_NEW: [SockFilter; 4] = [
        // A = the flags of the TCP header: LD | B | ABS
        SockFilter::new(0x30, 0, 0, 13),
        // if A & ACK: JMP | JSET | K
        SockFilter::new(0x45, 0, 1, 0x10),
        // accept: RET | K
        SockFilter::new(0x06, 0, 0, u32::MAX),
        // drop
        SockFilter::new(0x06, 0, 0, 0),
    ];
}

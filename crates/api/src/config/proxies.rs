//! The proxies that name the client of a request.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{ConfigError, Server};

/// The header in which the proxies name the client. One only: what a proxy does not write comes from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ForwardingHeader {
    /// `X-Forwarded-For`
    XForwardedFor,
    /// `Forwarded` (RFC 7239)
    Forwarded,
}

/// The proxies that are trusted to name the client.
#[derive(Debug, Clone)]
pub(crate) struct TrustedProxies {
    networks: Vec<IpNet>,
    /// The header that they write.
    pub header: ForwardingHeader,
}

impl TrustedProxies {
    /// The configured proxies.
    pub(crate) fn new(server: &Server) -> Result<Self, ConfigError> {
        let networks = server.trusted_proxies.iter().map(|text| network(text)).collect::<Result<_, _>>()?;
        Ok(Self { networks, header: server.client_address_header })
    }

    /// Whether no proxy is trusted.
    pub(crate) fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Whether a proxy with this address is trusted.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Result<IpNet, ConfigError> {
    let network = text.parse().or_else(|error| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| error));
    network.map_err(|_| {
        let why =
            format!("{text:?} is not a network; write an address or a prefix: 10.0.0.0/8, 2001:db8::/32");
        ConfigError::new("server.trusted_proxies", why)
    })
}

//! The address of the client, which a trusted proxy names.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::config::{ForwardingHeader, TrustedProxies};
use crate::state::{AppState, Client};

/// The client that the limits of addresses count; none when it is not known. A private address without
/// `server.trusted_proxies` is probably that of a proxy or of an application's server, and one of its users must not use
/// up the limit of all.
pub(crate) fn client(request: &HttpRequest, state: &AppState) -> Option<Client> {
    let address = address_of(request, state)?;
    (!state.trusted_proxies.is_empty() || !is_private(address)).then(|| Client::at(address))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The address of the client of the request.
pub(crate) fn address_of(request: &HttpRequest, state: &AppState) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    Some(address(peer, request.headers(), &state.trusted_proxies))
}

/// Follows the hops from the nearest to the first one that is not a trusted proxy. A hop that names no address is the
/// work of its proxy, whose address then stands for all of its clients.
fn address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    if !proxies.contain(peer) {
        return peer;
    }
    let mut nearest = peer;
    for hop in hops(headers, proxies.header).into_iter().rev() {
        let Some(address) = hop else { break };
        nearest = address;
        if !proxies.contain(address) {
            break;
        }
    }
    nearest
}

/// The hops in the order of the header, which each proxy extends on the right.
fn hops(headers: &HeaderMap, header: ForwardingHeader) -> Vec<Option<IpAddr>> {
    let (name, node): (HeaderName, fn(&str) -> Option<IpAddr>) = match header {
        ForwardingHeader::XForwardedFor => (header::X_FORWARDED_FOR, node),
        ForwardingHeader::Forwarded => (header::FORWARDED, for_parameter),
    };
    // A value with bytes outside of ASCII names no address, but must not hide the hops on its right.
    let lines = headers.get_all(name).map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(node).collect()
}

/// The node of `for=…` in an element of `Forwarded` (RFC 7239 §4).
fn for_parameter(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    node(value.trim().trim_matches('"'))
}

/// An address, with or without a port (RFC 7239 §6).
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = text.parse().ok().or_else(bracketed).or_else(with_port)?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::config::{Overrides, Settings};

    fn found(peer: &str, header: ForwardingHeader, lines: &[&str]) -> String {
        let name = match header {
            ForwardingHeader::XForwardedFor => "x-forwarded-for",
            ForwardingHeader::Forwarded => "forwarded",
        };
        let set = [
            ("auth.secrets", "0123456789abcdef0123456789abcdef"),
            ("server.trusted_proxies", "10.0.0.0/8, 192.0.2.1, 2001:db8::/32"),
            ("server.client_address_header", name),
        ];
        let set = set.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let settings = Settings::load(&Overrides { file: None, set }).unwrap();
        let proxies = TrustedProxies::new(&settings.server).unwrap();
        let request =
            lines.iter().fold(TestRequest::default(), |request, line| request.append_header((name, *line)));
        let request = request.to_http_request();
        address(peer.parse().unwrap(), request.headers(), &proxies).to_string()
    }

    #[test]
    fn hops_are_followed_to_the_first_untrusted_one() {
        use ForwardingHeader::XForwardedFor as X;
        for (peer, lines, expected) in [
            ("198.51.100.7", &["203.0.113.9"] as &[&str], "198.51.100.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.2.3.4"], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.9", "192.0.2.1,10.9.9.9"], "203.0.113.9"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2a00::1]:80"], "2a00::1"),
            ("2001:db8::1", &["2a00::1"], "2a00::1"),
            ("10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9, junk, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["1.1.1.1,"], "10.0.0.1"),
        ] {
            assert_eq!(found(peer, X, lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_when_configured() {
        use ForwardingHeader::Forwarded as F;
        for (lines, expected) in [
            (&["for=192.0.2.43, For=\"[2a00:cafe::17]:4711\";proto=https"] as &[&str], "2a00:cafe::17"),
            (&["for=1.1.1.1", "proto=http; for=203.0.113.9;by=10.0.0.1"], "203.0.113.9"),
            (&["for=203.0.113.9, for=_hidden"], "10.0.0.1"),
            (&["for=\"x, for=1.1.1.1\", for=203.0.113.9"], "203.0.113.9"),
            (&["by=10.0.0.1"], "10.0.0.1"),
        ] {
            assert_eq!(found("10.0.0.1", F, lines), expected, "{lines:?}");
        }
    }
}

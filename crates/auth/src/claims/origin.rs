//! The origin of a URL, as `new URL(url).origin` has it in JavaScript, where Better Auth computes the issuer.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The origin of an absolute http or https URL: lower case, without a default port. None for others, and for what this
/// crate does not normalize: hosts with characters outside ASCII (write them in Punycode) or with escapes, numbers for
/// IPv4 addresses other than the dotted ones, and user names.
pub(super) fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if path.chars().any(|character| character.is_control() || character == ' ') {
        return None;
    }
    // A colon in brackets belongs to an IPv6 address.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let host = host_of(host)?;
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match port {
        "" => Some(format!("{scheme}://{host}")),
        _ => match port.parse::<u16>().ok()? {
            port if port == default_port => Some(format!("{scheme}://{host}")),
            port => Some(format!("{scheme}://{host}:{port}")),
        },
    }
}

fn host_of(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Some(match address.parse::<Ipv6Addr>().ok()? {
            // Rust writes `::ffff:192.0.2.1`, the URL standard hexadecimal numbers.
            address if address.to_ipv4_mapped().is_some() => {
                let [.., high, low] = address.segments();
                format!("[::ffff:{high:x}:{low:x}]")
            }
            address => format!("[{address}]"),
        });
    }
    let host = host.to_ascii_lowercase();
    let labels = host.strip_suffix('.').unwrap_or(&host);
    let is_name = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if !labels.split('.').all(is_name) {
        return None;
    }
    // The URL standard takes a host that ends in a number for an IPv4 address.
    let last = labels.rsplit('.').next()?;
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    let is_plain = !is_number || host.parse::<Ipv4Addr>().is_ok();
    is_plain.then_some(host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn origins_are_those_of_the_url_standard() {
        for (url, origin) in [
            ("https://auth.example.com", "https://auth.example.com"),
            ("https://auth.example.com/", "https://auth.example.com"),
            ("https://auth.example.com:443/api/auth?a#b", "https://auth.example.com"),
            ("HTTPS://Auth.Example.COM:8443", "https://auth.example.com:8443"),
            ("http://localhost:3000/", "http://localhost:3000"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:", "http://localhost"),
            ("http://localhost:03000", "http://localhost:3000"),
            ("https://localhost:80", "https://localhost:80"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[0:0::1]:3000", "http://[::1]:3000"),
            ("http://[2001:DB8::A]", "http://[2001:db8::a]"),
            ("http://[::ffff:192.0.2.1]", "http://[::ffff:c000:201]"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("http://my_service.internal.", "http://my_service.internal."),
            ("https://example.com?a", "https://example.com"),
        ] {
            assert_eq!(origin_of(url).as_deref(), Some(origin), "{url}");
            assert_eq!(Url::parse(url).unwrap().origin().ascii_serialization(), origin, "{url}");
        }
    }

    #[test]
    fn urls_that_are_not_normalized_are_rejected() {
        for url in [
            "",
            "auth.example.com",
            "//auth.example.com",
            "https:auth.example.com",
            "https:///",
            "https://:443",
            "ftp://auth.example.com",
            "https://bücher.example",
            "https://auth%2eexample.com",
            "https://user:password@auth.example.com",
            "https://auth.example.com:65536",
            "https://auth.example.com:-1",
            "https://auth.example.com:a",
            "https://auth..example.com",
            "https://auth.example.com/a b",
            " https://auth.example.com",
            "https://auth.example.com\n",
            "https://auth.example.com\\a",
            "http://127.1",
            "http://0x7f.0.0.1",
            "http://127.0.0.0x1",
            "http://2130706433",
            "http://127.0.0.1.",
            "http://[::1",
            "http://::1",
            "http://[::1]a",
            "http://[fe80::1%eth0]",
        ] {
            assert_eq!(origin_of(url), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn an_origin_is_never_another_than_that_of_the_standard(
            url in r"(?i:https?)://(([a-z0-9_.-]|xn--){0,12}|[0-9.x]{1,12}|\[[0-9a-f:.]{2,20}\]|[!-~]{1,12})(:[0-9]{0,6})?([/?#\\@].{0,8})?"
        ) {
            if let Some(origin) = origin_of(&url) {
                // It may reject a name that is invalid Punycode, and then has no origin.
                if let Ok(parsed) = Url::parse(&url) {
                    prop_assert_eq!(origin, parsed.origin().ascii_serialization());
                }
            }
        }
    }
}

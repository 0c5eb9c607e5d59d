//! Finds the mistakes in a `postgres://` URL that libpq would report late, or with a part of the password.

/// Parameters of Prisma that libpq does not know, and what to do in place of each.
const PRISMA: [(&str, &str); 8] = [
    ("schema", "for a schema of its own use options=-csearch_path%3DNAME"),
    ("pgbouncer", "set database.transaction_pooler = true"),
    ("connection_limit", "set database.max_connections"),
    ("pool_timeout", "remove it"),
    ("socket_timeout", "remove it"),
    ("statement_cache_size", "remove it"),
    ("sslidentity", "use sslcert and sslkey"),
    ("sslaccept", "use sslmode"),
];

const UNENCODED: &str = "the user name or password contains an unencoded character: write @ as %40, / as %2F, : as %3A, \
                         # as %23 and % as %25";

/// Rejects a URL that libpq would not read as its author means it. The reasons contain nothing of it but names.
pub(super) fn check(url: &str) -> Result<(), String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // libpq ends the user name and password at the first @, unless a / comes before it.
    let user_info = rest.find(['@', '/']).filter(|at| rest[*at..].starts_with('@'));
    let after = user_info.map_or(rest, |at| &rest[at + 1..]);
    let (place, parameters) = after.split_once('?').unwrap_or((after, ""));
    let hosts = place.split('/').next().unwrap_or_default();
    if place.contains('@') || parameters_hide_user_info(parameters) || !hosts.split(',').all(has_valid_port) {
        return Err(UNENCODED.to_owned());
    }
    if !is_percent_encoded(rest) {
        return Err(UNENCODED.to_owned());
    }
    for name in parameters.split('&').filter_map(|pair| Some(pair.split_once('=')?.0)) {
        if let Some((_, advice)) = PRISMA.iter().find(|(known, _)| *known == name) {
            return Err(format!(
                "\"{name}\" is a parameter of Prisma, which PostgreSQL does not know; {advice}"
            ));
        }
    }
    Ok(())
}

/// A password with a `?` and a `/` moves the rest of the user information behind the `?`.
fn parameters_hide_user_info(parameters: &str) -> bool {
    parameters
        .split('&')
        .any(|pair| !pair.is_empty() && pair.split_once('=').is_none_or(|(name, _)| name.contains('@')))
}

fn has_valid_port(host: &str) -> bool {
    let after_address = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    after_address.split_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether every `%` begins the code of a byte.
fn is_percent_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|part| {
        part.get(..2).is_some_and(|code| code != "00" && code.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unencoded_passwords_are_rejected_without_showing_them() {
        for url in [
            "postgresql://app:p@ssw0rd#1@db.example/tasks",
            "postgres://app:ssw0rd/1@db.example/tasks",
            "postgres://app:ssw0rd?1/2@db.example/tasks",
            "postgres://app:ssw0rd%1@db.example/tasks",
            "postgres://app:ssw0rd%00@db.example/tasks",
            "postgres://app:1@ssw0rd:5432/tasks@x",
            "postgres://db.example:ssw0rd/tasks",
        ] {
            let reason = check(url).unwrap_err();
            assert!(reason.contains("%40") && !reason.contains("ssw0rd"), "{url}: {reason}");
        }
    }

    #[test]
    fn urls_of_libpq_are_accepted() {
        for url in [
            "postgres://u:p%40%23@h/d",
            "postgres://u:p#w?x@h/d",
            "postgres://h",
            "postgres:///d",
            "postgres://%2Fvar%2Frun/d",
            "postgres://u@[::1]:5432,h:,h2:1/d?sslmode=require&user=me@there&options=-csearch_path%3Dx",
            "postgres://h/d?channel_binding=require&",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn parameters_of_prisma_are_named_with_advice() {
        for (name, advice) in PRISMA {
            let reason = check(&format!("postgres://u:p@h/d?sslmode=require&{name}=1")).unwrap_err();
            assert!(
                reason.contains(name) && reason.contains("Prisma") && reason.contains(advice),
                "{reason}"
            );
        }
        assert_eq!(check("postgres://u:p@h/schema?application_name=schema"), Ok(()));
    }
}

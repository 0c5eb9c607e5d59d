//! `docs/reference/log.md` lists exactly the events that the source has.

use std::fs;
use std::path::Path;

use super::structure::files;

const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// Modules that are not part of the service: tests, and guards for services of others.
const EXCLUDED: [&str; 4] = ["/tests", "/testing", "/simulation", "/auth/src/bearer"];

/// A row for each event of a source file: message, level, fields.
fn events(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let calls = source.match_indices("tracing::").map(|(at, name)| &source[at + name.len()..]);
    let event = |call: &str| {
        let (level, rest) = call.split_once("!(")?;
        LEVELS.contains(&level).then(|| row(level, &arguments(rest)))
    };
    calls.filter_map(event).collect()
}

/// The arguments of a macro, up to its closing parenthesis.
fn arguments(text: &str) -> Vec<String> {
    let (mut arguments, mut depth, mut quoted, mut escaped) = (vec![String::new()], 0_usize, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ')' => break,
            ',' if depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        arguments.last_mut().unwrap().push(c);
    }
    arguments.iter().map(|argument| argument.trim().to_owned()).collect()
}

fn row(level: &str, arguments: &[String]) -> String {
    let is_field = |argument: &&String| !argument.starts_with("parent:") && !argument.starts_with("target:");
    let (mut fields, mut message) = (Vec::new(), None);
    for argument in arguments.iter().filter(is_field) {
        if let Some(text) = argument.strip_prefix('"') {
            // A line that ends with a backslash continues without the indentation of the next one.
            message = text
                .strip_suffix('"')
                .map(|text| text.split("\\\n").map(str::trim_start).collect::<String>());
            break;
        }
        let name = argument.split('=').next().unwrap().trim();
        fields.push(format!("`{}`", name.trim_start_matches(['%', '?'])));
    }
    format!("| `{}` | {level} | {} |", message.unwrap(), fields.join(", "))
}

#[test]
fn log_events_match_their_page() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = Vec::new();
    for name in ["api", "auth", "domain", "persistence"] {
        files(&crates.join(name).join("src"), &mut sources);
    }
    let is_service = |file: &str| !EXCLUDED.iter().any(|module| file.contains(module));
    let sources = sources.iter().filter(|file| is_service(file.to_str().unwrap()));
    let mut expected: Vec<String> =
        sources.flat_map(|file| events(&fs::read_to_string(file).unwrap())).collect();
    expected.sort();
    let (_, page) = include_str!("../../../../docs/reference/log.md").split_once("## Events").unwrap();
    let columns = |line: &str| -> String { line.split_inclusive(" |").take(3).collect() };
    let listed: Vec<String> = page.lines().filter(|line| line.starts_with("| `")).map(columns).collect();
    assert_eq!(listed, expected);
}

#[test]
fn events_are_found_in_source() {
    let source = r#"
        tracing::warn!(parent: &span, %error, limit = f(a, "b,)"), "one, \"two\"");
        with(|| tracing::info!("three {x}", x = 1));
        tracing::enabled!(Level::INFO)
        "#;
    assert_eq!(
        events(source),
        ["| `one, \\\"two\\\"` | warn | `error`, `limit` |", "| `three {x}` | info |  |"]
    );
}

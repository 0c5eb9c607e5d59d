//! The pages under `docs/reference` list exactly what exists.

use std::time::Duration;

use auth::Observer;
use clap::{Arg, Command, CommandFactory};
use persistence::{CallFailure, DatabaseObserver, JobsReport, WorkKind};

use crate::cli::Cli;
use crate::config::DEFAULTS;
use crate::metrics::{Metrics, ResponseKind, ResponseMetricsCache, StreamEnd};

/// The rows of the tables of a page.
pub(super) fn rows(page: &str) -> Vec<String> {
    page.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect()
}

/// A row for each setting: key, default, comment.
fn settings() -> Vec<String> {
    let (mut section, mut comment, mut rows) = ("", Vec::new(), Vec::new());
    for line in DEFAULTS.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((key, value)) = line.split_once(" = ") {
            rows.push(format!("| `{section}.{key}` | `{value}` | {} |", comment.join(" ")));
        }
        if !line.starts_with('#') {
            comment.clear();
        }
    }
    rows
}

/// A row for each metric: name, type, labels, help.
fn metrics() -> Vec<String> {
    let text = encoded_metrics();
    let families = text.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '));
    let row = |(name, help): (&str, &str)| {
        let kind = text.lines().find_map(|line| line.strip_prefix(&format!("# TYPE {name} "))).unwrap();
        let mut samples = text.lines().filter(|line| line.starts_with(name));
        let labels = samples.next().and_then(|line| Some(line.split_once('{')?.1.split_once('}')?.0));
        let labels = labels.into_iter().flat_map(|labels| labels.split(','));
        let labels = labels.filter_map(|label| Some(label.split_once('=')?.0)).filter(|label| *label != "le");
        let labels: Vec<_> = labels.map(|label| format!("`{label}`")).collect();
        let suffix = if kind == "counter" { "_total" } else { "" };
        format!("| `{name}{suffix}` | {kind} | {} | {help} |", labels.join(", "))
    };
    families.map(row).collect()
}

/// All metrics, each with a series, since a family without one is not encoded.
fn encoded_metrics() -> String {
    let metrics = Metrics::default();
    let kind = ResponseKind { method: "GET", route: "/livez".into(), status: 200 };
    metrics.responses().observe(&ResponseMetricsCache::default(), kind, Duration::ZERO);
    metrics.limited("owner_rate");
    metrics.events().delivered("ready", 1);
    metrics.events().ended(StreamEnd::Closed);
    metrics.tokens().no_token(auth::CredentialsError::Missing);
    metrics.tokens().fetch_failed("unreachable", Duration::ZERO);
    let (database, kind): (&dyn DatabaseObserver, _) = (&**metrics.database(), WorkKind::Write);
    database.queue_changed(kind, 1);
    database.queue_wait(kind, Duration::ZERO);
    database.statement(kind, 1, Duration::ZERO);
    database.connections(1, 1);
    database.call_failed(kind, CallFailure::TimedOut);
    database.retried(kind);
    database.jobs_run(JobsReport::default(), Duration::ZERO);
    database.worker_replaced(kind);
    metrics.encode().unwrap()
}

/// The commands of a command and, after each, its own, with their whole names.
fn commands<'a>(of: &'a Command, prefix: &str) -> Vec<(String, &'a Command)> {
    let own = of.get_subcommands().filter(|one| one.get_name() != "help");
    let named = own.flat_map(|one| {
        let name = format!("{prefix}{}", one.get_name());
        let nested = commands(one, &format!("{name} "));
        [(name, one)].into_iter().chain(nested)
    });
    named.collect()
}

/// A row for each global option, for each command, and for each option of a command.
fn command_line() -> Vec<String> {
    let mut program = Cli::command();
    program.build();
    let options = |command: &Command| -> Vec<String> {
        command.get_arguments().filter(|arg| !arg.is_global_set()).map(option).collect()
    };
    let global = program.get_arguments().filter(|arg| arg.is_global_set()).map(option);
    let commands = commands(&program, "");
    let named = commands.iter().map(|(name, one)| format!("| `{name}` | {} |", one.get_about().unwrap()));
    let own = commands.iter().flat_map(|(name, one)| {
        options(one)
            .into_iter()
            .filter(|row| !row.contains("--help"))
            .map(move |row| row.replacen('`', &format!("`{name} "), 1))
    });
    global.chain(named).chain(own).collect()
}

fn option(arg: &Arg) -> String {
    let values: Vec<&str> =
        arg.get_value_names().unwrap_or_default().iter().map(clap::builder::Str::as_str).collect();
    let value = if arg.get_action().takes_values() { values.join(" ") } else { String::new() };
    let name = arg.get_long().map(|long| format!("--{long} ")).unwrap_or_default();
    format!("| `{}` | {} |", format!("{name}{value}").trim(), arg.get_help().cloned().unwrap_or_default())
}

#[test]
fn settings_match_their_page() {
    assert_eq!(rows(include_str!("../../../../docs/reference/settings.md")), settings());
}

#[test]
fn metrics_match_their_page() {
    assert_eq!(rows(include_str!("../../../../docs/reference/metrics.md")), metrics());
}

#[test]
fn command_line_matches_its_page() {
    assert_eq!(rows(include_str!("../../../../docs/reference/cli.md")), command_line());
}

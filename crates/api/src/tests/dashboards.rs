//! The dashboard and the alert rules use documented metrics and labels only. The page of metrics is compared with the
//! registry in `reference`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reference::rows;

const ALERTS: &str = include_str!("../../../../config/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../../../config/grafana/tasknook.json");

/// Set by Prometheus for each scraped process.
const SCRAPE_LABELS: [&str; 2] = ["job", "instance"];

/// Each series with its labels. A histogram has three.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let mut series = BTreeMap::new();
    for row in rows(include_str!("../../../../docs/reference/metrics.md")) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let &[_, name, kind, labels, ..] = &*columns else { panic!("{row}") };
        let labels =
            labels.split(", ").map(|label| label.trim_matches('`').to_owned()).filter(|l| !l.is_empty());
        let labels: BTreeSet<String> = labels.chain(SCRAPE_LABELS.map(str::to_owned)).collect();
        let name = name.trim_matches('`').to_owned();
        if kind == "histogram" {
            let buckets = labels.iter().cloned().chain(["le".to_owned()]).collect();
            series.insert(format!("{name}_bucket"), buckets);
            series.insert(format!("{name}_sum"), labels.clone());
            series.insert(format!("{name}_count"), labels);
        } else {
            series.insert(name, labels);
        }
    }
    series
}

/// The words and the punctuation of an expression. The content of quotes is one token.
fn tokens(expression: &str) -> Vec<String> {
    let (mut tokens, mut quoted) = (vec![String::new()], false);
    for c in expression.chars() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '$';
        let last = tokens.last_mut().unwrap();
        if quoted && c != '"' || is_word(c) && last.chars().all(is_word) {
            last.push(c);
        } else {
            tokens.push(c.to_string());
        }
        quoted ^= c == '"';
    }
    tokens.retain(|token| !token.trim().is_empty());
    tokens
}

/// What is wrong with an expression.
fn faults(expression: &str, series: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let (tokens, mut faults, mut allowed) = (tokens(expression), Vec::new(), BTreeSet::new());
    let mut grouped = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let list = |open: &str, close: &str| {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            let rest = rest.strip_prefix(&[open.to_owned()][..]).unwrap_or_default();
            rest.split(|token| token == close).next().unwrap_or_default().to_vec()
        };
        let is_name = |token: &String| token.starts_with(|c: char| c.is_ascii_lowercase());
        if token.starts_with("tasknook_") {
            let Some(labels) = series.get(token) else {
                faults.push(token.clone());
                continue;
            };
            let unknown = |label: &String| is_name(label) && !labels.contains(label);
            faults.extend(list("{", "}").into_iter().filter(unknown));
            allowed.extend(labels.iter().cloned());
        } else if ["by", "on", "without", "ignoring"].contains(&token.as_str()) {
            grouped.extend(list("(", ")").into_iter().filter(is_name));
        }
    }
    let unknown = |label: &String| !allowed.contains(label);
    faults.extend(grouped.into_iter().filter(unknown));
    faults
}

/// All strings of this name, and the queries of variables.
fn expressions<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "expr" => found.push(text),
                    Value::String(text) if name == "query" && text.contains("label_values") => {
                        found.push(text);
                    }
                    _ => expressions(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        _ => {}
    }
}

#[test]
fn dashboard_uses_documented_metrics_and_labels() {
    let (dashboard, mut found): (Value, _) = (serde_json::from_str(DASHBOARD).unwrap(), Vec::new());
    expressions(&dashboard, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for expression in found {
        assert!(expression.contains("tasknook_"), "{expression}");
        assert_eq!(faults(expression, &documented()), Vec::<String>::new(), "{expression}");
    }
}

#[test]
fn alerts_use_documented_metrics_and_labels() {
    let rules: Vec<&str> = ALERTS.split("- alert: ").skip(1).collect();
    for rule in &rules {
        let expression = rule.split_once("expr: ").unwrap().1.split("        labels:").next().unwrap();
        let expression = expression.split("        for:").next().unwrap();
        assert_eq!(faults(expression, &documented()), Vec::<String>::new(), "{expression}");
    }
    let name = |rule: &&str| rule.lines().next().unwrap().to_owned();
    let (_, section) =
        include_str!("../../../../docs/operations/monitoring.md").split_once("## Alerts").unwrap();
    let page = rows(section);
    let listed: Vec<&str> = page.iter().filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(listed, rules.iter().map(name).collect::<Vec<_>>());
}

#[test]
fn faults_of_expressions_are_found() {
    let faults = |expression| faults(expression, &documented());
    assert_eq!(faults("up{job=\"tasknook\"} == 0"), [""; 0]);
    assert_eq!(faults("sum by (status) (rate(tasknook_http_requests_total{route=~\"/x_y\"}[5m]))"), [""; 0]);
    assert_eq!(faults("rate(tasknook_http_requests[5m])"), ["tasknook_http_requests"]);
    assert_eq!(faults("tasknook_http_requests_total{code=~\"5..\", job=\"a\"}"), ["code"]);
    assert_eq!(faults("sum by (le, kind) (tasknook_http_request_duration_seconds_bucket)"), ["kind"]);
    assert_eq!(faults("sum by (le) (tasknook_http_request_duration_seconds_sum)"), ["le"]);
}

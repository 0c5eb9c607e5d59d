//! Prints the results. A complete run also replaces the table in `docs/explanation/performance.md`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::results::Results;
use crate::{machine, table, targets};

const BEGIN: &str = "<!-- make bench: begin -->\n";
const END: &str = "<!-- make bench: end -->\n";

pub(crate) fn publish(context: &Context, results: &Results) {
    let text = text(context, results);
    println!("{text}");
    if context.options.only.is_none() {
        let page = page();
        let before = fs::read_to_string(&page).unwrap();
        fs::write(&page, with_table(&before, &text)).unwrap();
    }
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/explanation/performance.md")
}

fn text(context: &Context, results: &Results) -> String {
    let options = &context.options;
    let run = format!(
        "{}. {} rounds of {} s each.\n{}.\n",
        machine::line(),
        options.rounds,
        options.seconds,
        machine::versions(context)
    );
    let parts = [run, targets::table(results), table::of(results)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// The page with another text between its two markers.
fn with_table(page: &str, text: &str) -> String {
    let marked = page.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = marked.expect("the page contains both markers");
    format!("{head}{BEGIN}\n{text}\n{END}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_keeps_its_text_around_the_table() {
        let before = fs::read_to_string(page()).unwrap();
        let after = with_table(&before, "A new table.\n");
        let (head, tail) = (before.split(BEGIN).next().unwrap(), before.split(END).nth(1).unwrap());
        assert_eq!(after.strip_prefix(head).unwrap(), format!("{BEGIN}\nA new table.\n\n{END}{tail}"));
    }
}

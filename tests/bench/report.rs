//! Prints what was measured; a whole run also goes into `docs/explanation/performance.md`.

use std::fs;
use std::path::Path;

use crate::results::Results;
use crate::world::World;
use crate::{machine, table, targets};

const BEGIN: &str = "<!-- make bench: begin -->\n";
const END: &str = "<!-- make bench: end -->\n";

pub(crate) fn give(world: &World, results: &Results) {
    let text = text(world, results);
    println!("{text}");
    if world.options.only.is_none() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/explanation/performance.md");
        let before = fs::read_to_string(&page).unwrap();
        fs::write(&page, with_table(&before, &text)).unwrap();
    }
}

fn text(world: &World, results: &Results) -> String {
    let options = &world.options;
    let run = format!(
        "{}. {} rounds of {} s each.\n{}.\n",
        machine::line(),
        options.rounds,
        options.seconds,
        machine::versions(world)
    );
    let parts = [run, targets::table(results), table::of(results)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// The page with another text between its two marks.
fn with_table(page: &str, text: &str) -> String {
    let marked = page.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = marked.expect("docs/explanation/performance.md has the marks of `make bench`");
    format!("{head}{BEGIN}\n{text}\n{END}{tail}")
}

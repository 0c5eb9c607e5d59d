//! The code quoted in the documents is in files that the other tests run.

use std::fs;
use std::path::Path;

/// A quotation: the info string of its fence, and its lines.
struct Snippet<'a> {
    info: &'a str,
    lines: Vec<&'a str>,
}

fn snippets(document: &str) -> Vec<Snippet<'_>> {
    let mut lines = document.lines();
    let mut snippets = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            let quoted = lines.by_ref().take_while(|line| line.trim_start() != "```");
            snippets.push(Snippet { info, lines: quoted.map(str::trim).collect() });
        }
    }
    snippets
}

#[test]
fn guides_quote_the_application() {
    assert_quotes_the_application("frontend.md", 12);
    assert_quotes_the_application("users.md", 5);
}

fn assert_quotes_the_application(guide: &str, least: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let guide = fs::read_to_string(root.join("docs/guides").join(guide)).unwrap();
    let snippets: Vec<_> = snippets(&guide).into_iter().filter(|snippet| snippet.info != "text").collect();
    assert!(snippets.len() >= least, "only {} snippets were found", snippets.len());
    for Snippet { info, lines } in snippets {
        let Some((_, file)) = info.split_once(" file=") else { panic!("```{info} does not name its file") };
        let source = fs::read_to_string(root.join("tests/frontend").join(file)).unwrap();
        let source: Vec<_> = source.lines().map(str::trim).collect();
        let quoted = source.windows(lines.len()).any(|window| window == lines);
        assert!(!lines.is_empty() && quoted, "this is not in {file}:\n{}", lines.join("\n"));
    }
}

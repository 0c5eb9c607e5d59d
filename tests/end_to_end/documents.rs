//! The code quoted in the documents is in files that the other tests run, and the tests named there exist.

use std::fs;
use std::path::{Path, PathBuf};

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
    assert_quotes_the_application("frontend.md", 9);
    assert_quotes_the_application("client.md", 5);
    assert_quotes_the_application("better-auth.md", 5);
    assert_quotes_the_application("users.md", 5);
}

fn assert_quotes_the_application(guide: &str, least: usize) {
    let root = root();
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

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every source file of a test below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !["node_modules", "target", ".next"].contains(&name) {
            sources(&path, found);
        } else if name.rsplit('.').next() == Some("rs") || name.contains(".test.") {
            found.push(path);
        }
    }
}

#[test]
fn reliability_names_existing_tests() {
    let mut files = Vec::new();
    sources(&root().join("tests"), &mut files);
    sources(&root().join("crates"), &mut files);
    let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let exists = |name: &str| {
        let is_file = files.iter().any(|file| file.ends_with(name));
        let is_folder = name.contains('/') && root().join(name).is_dir();
        is_file
            || is_folder
            || text.contains(&format!("fn {name}("))
            || text.contains(&format!("test(\"{name}\""))
    };
    let page = fs::read_to_string(root().join("docs/operations/reliability.md")).unwrap();
    let promises = page.split("| promise |").skip(1).flat_map(|table| {
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        rows.map(|row| row.trim_end_matches('|').rsplit('|').next().unwrap().trim())
    });
    let mut count = 0;
    for tests in promises {
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty() || tests == "the same", "a promise without a test: {tests}");
        for name in names {
            assert!(exists(name), "there is no test {name}");
            count += 1;
        }
    }
    assert!(count > 80, "only {count} tests were found");
}

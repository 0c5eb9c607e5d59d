use super::{effective, root, setting, text};

/// The instructions of a Dockerfile: the word and the rest, with continued lines joined.
fn instructions(file: &str) -> Vec<(String, String)> {
    let text = text(file).replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).map(|(word, rest)| (word.into(), rest.into())).collect()
}

fn of<'a>(instructions: &'a [(String, String)], word: &'a str) -> impl Iterator<Item = &'a str> {
    instructions.iter().filter(move |(known, _)| known == word).map(|(_, rest)| rest.as_str())
}

#[test]
fn images_have_pinned_bases_and_a_user_without_rights() {
    for file in ["Dockerfile", "tests/frontend/Dockerfile"] {
        let instructions = instructions(file);
        for base in of(&instructions, "FROM") {
            let tag = base.split(' ').next().unwrap().split_once(':').map(|(_, tag)| tag);
            assert!(tag.is_some_and(|tag| tag != "latest"), "{file}: {base}");
        }
        let user = of(&instructions, "USER").last().expect("a user");
        assert!(!["root", "0"].contains(&user.split(':').next().unwrap()), "{file}: {user}");
    }
}

#[test]
fn image_copies_what_exists_and_is_not_ignored() {
    let allowed: Vec<String> = text(".dockerignore").lines().map(str::to_owned).collect();
    let instructions = instructions("Dockerfile");
    let copies = of(&instructions, "COPY").filter(|rest| !rest.starts_with("--from"));
    for source in copies.flat_map(|rest| rest.rsplit_once(' ').unwrap().0.split(' ')) {
        assert!(root().join(source).exists(), "{source} does not exist");
        let listed = |line: &String| {
            let pattern = line.strip_prefix('!').unwrap_or_default();
            pattern == source || pattern.strip_suffix('*').is_some_and(|start| source.starts_with(start))
        };
        assert!(allowed.iter().any(listed), "{source} is excluded by .dockerignore");
    }
}

#[test]
fn image_sets_settings_and_exposes_the_port() {
    let instructions = instructions("Dockerfile");
    let variables: Vec<_> = of(&instructions, "ENV").filter_map(|pair| pair.split_once('=')).collect();
    let mut variables: Vec<_> =
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    variables.push(("BETTER_AUTH_URL".into(), "https://app.example.com".into()));
    let effective = effective(&variables);
    assert_eq!(setting(&effective, "server.host"), "\"0.0.0.0\"");
    assert_eq!(of(&instructions, "EXPOSE").last(), Some(setting(&effective, "server.port")));
}

#[test]
fn builder_has_the_minimum_rust_version() {
    let manifest = text("Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    let version = version.trim_matches('"');
    let instructions = instructions("Dockerfile");
    let base = of(&instructions, "FROM").next().unwrap();
    assert!(base.starts_with(&format!("rust:{version}-")), "{base}");
    assert!(of(&instructions, "HEALTHCHECK").next().unwrap().contains("\"tasknook\", \"healthcheck\""));
}

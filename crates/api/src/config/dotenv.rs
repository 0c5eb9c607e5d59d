//! A `.env` file is not read: it would be unclear which of several applies, and a container has none. If one in the
//! working folder sets a variable of this service that is missing in the environment, a warning names it.

use std::collections::BTreeSet;

use super::sources::is_setting;

/// The warning for a file with this text.
pub(super) fn warning(text: &str, is_set: impl Fn(&str) -> bool) -> Option<String> {
    let names = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let (name, _) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        Some(name.trim())
    });
    let missing: BTreeSet<&str> = names.filter(|name| is_setting(name) && !is_set(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let names: Vec<&str> = missing.into_iter().collect();
    Some(format!(
        "the file .env in the working folder sets {}, but it is not read; in a shell, run `set -a; . ./.env` first",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_variables_of_this_service_are_named() {
        let text = "# BETTER_AUTH_SECRET=x\nexport BETTER_AUTH_URL=x\n DATABASE_URL = y\nPORT=3000\nTASKNOOK_LOG__LEVEL=info\n";
        let warning = |set: &[&str]| warning(text, |name| set.contains(&name));
        let all = warning(&[]).unwrap();
        assert!(all.contains(" BETTER_AUTH_URL, DATABASE_URL, TASKNOOK_LOG__LEVEL,"), "{all}");
        assert!(!warning(&["DATABASE_URL"]).unwrap().contains("DATABASE_URL"));
        assert_eq!(warning(&["DATABASE_URL", "BETTER_AUTH_URL", "TASKNOOK_LOG__LEVEL"]), None);
    }
}

//! Splits SQL into statements.

/// The statements of a text, without the semicolons. Semicolons in quotes, dollar quotes and comments do not count.
pub(super) fn statements(sql: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let (mut begin, mut at) = (0, 0);
    let mut has_content = false;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        let length = token(rest);
        let is_comment = rest.starts_with("--") || rest.starts_with("/*");
        if rest.starts_with(';') {
            if has_content {
                statements.push(sql.get(begin..at).unwrap_or_default().trim());
            }
            (begin, has_content) = (at + 1, false);
        } else if !is_comment && !rest.starts_with(char::is_whitespace) {
            has_content = true;
        }
        at += length;
    }
    if has_content {
        statements.push(sql.get(begin..).unwrap_or_default().trim());
    }
    statements
}

/// The length of the first token: a comment, a quotation, a word, or one character.
pub(super) fn token(rest: &str) -> usize {
    let to_end = |end: Option<usize>| end.unwrap_or(rest.len());
    match rest.as_bytes() {
        [b'-', b'-', ..] => to_end(rest.find('\n')),
        [b'/', b'*', ..] => block_comment(rest),
        [b'e' | b'E', b'\'', ..] => to_end(quoted(rest, 1, '\'', true)),
        [b'\'', ..] => to_end(quoted(rest, 0, '\'', false)),
        [b'"', ..] => to_end(quoted(rest, 0, '"', false)),
        [b'$', ..] => dollar_quote(rest).map_or(1, |quote| {
            let body = rest.get(quote.len()..).unwrap_or_default();
            to_end(body.find(quote).map(|end| quote.len() * 2 + end))
        }),
        _ => word(rest).max(rest.chars().next().map_or(1, char::len_utf8)),
    }
}

/// The length of a word, which may end in `$` or `e` without beginning a quotation.
fn word(rest: &str) -> usize {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    if !rest.starts_with(is_first) {
        return 0;
    }
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len())
}

/// The length of a block comment, which may be nested.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The end of the quotation that begins at `from`. Doubled and escaped quotes do not end it.
fn quoted(rest: &str, from: usize, quote: char, has_escapes: bool) -> Option<usize> {
    let mut characters = rest.char_indices().skip(from + 1).peekable();
    while let Some((at, character)) = characters.next() {
        if has_escapes && character == '\\' {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => drop(characters.next()),
                _ => return Some(at + 1),
            }
        }
    }
    None
}

/// The opening of a dollar quotation, as in `$$` or `$body$`.
pub(super) fn dollar_quote(rest: &str) -> Option<&str> {
    let end = rest.get(1..)?.find('$')? + 2;
    let tag = rest.get(1..end - 1)?;
    let is_tag = !tag.starts_with(|c: char| c.is_ascii_digit())
        && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_tag.then(|| rest.get(..end)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_end_statements() {
        assert_eq!(statements("select 1; select 2;\n"), ["select 1", "select 2"]);
        assert_eq!(statements("select 1;; ;select 2"), ["select 1", "select 2"]);
        assert_eq!(statements(" -- nothing; at all\n/* a; /* b; */ c; */ ;"), Vec::<&str>::new());
    }

    #[test]
    fn quoted_semicolons_end_no_statement() {
        for statement in [
            "select 'a;b'",
            "select 'it''s; one'",
            "select E'a\\';b'",
            "select \"a;\"\"b\" from t",
            "select $$a; 'b$$",
            "do $body$ begin; $$ x; $$ end; $body$",
            "select 1 -- a; b\n + 2",
            "select /* ; */ 1",
            "select tage'x', a$b$c",
            "select 'é;ü', $1",
        ] {
            assert_eq!(statements(&format!("{statement}; select 2")), [statement, "select 2"]);
        }
    }
}

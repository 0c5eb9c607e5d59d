use std::env;
use std::io::{self, Write};
use std::sync::Once;

const URL: &str = "TASKNOOK_CITUS_URL";

/// The URL of a database on a coordinator of Citus that has the extension and knows its workers, in `TASKNOOK_CITUS_URL`. Without it,
/// reports once that the tests on Citus do not run.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "chosen by who runs the tests")]
pub fn citus_url() -> Option<String> {
    static REPORT: Once = Once::new();
    let url = env::var(URL).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        REPORT.call_once(|| drop(writeln!(io::stderr(), "tests on Citus do not run: {URL} is not set")));
    }
    url
}

use domain::CHANGES_MAX;

use crate::http::problem::Problem;
use crate::http::query::{Parameters, limit};

/// The query of the changes since a position.
#[derive(Debug)]
pub(crate) struct ChangesRequest {
    /// The text of the position, empty without one.
    pub since: String,
    /// Maximum number of changes on the page.
    pub limit: u32,
}

impl ChangesRequest {
    /// The number without `limit`.
    pub(crate) const DEFAULT_LIMIT: u32 = 500;

    /// Reads the query of the URL. Whether a text is a position is no matter of the query: another one is to be replaced.
    pub(crate) fn parse(query: &str) -> Result<Self, Problem> {
        let mut parameters = Parameters::read(query, &["since", "limit"]);
        let since = parameters.take("since", "", |text| Some(text.to_owned())).unwrap_or_default();
        let limit = parameters.take("limit", "must be an integer from 1 to 1000", limit(CHANGES_MAX));
        parameters.finish(Self { since, limit: limit.unwrap_or(Self::DEFAULT_LIMIT) })
    }
}

//! The files under `data/`: one for each RFC.

use serde::Deserialize;
use serde_json::Value;

/// What one section of an RFC shows.
#[derive(Deserialize)]
pub(crate) struct Example {
    section: String,
    #[serde(default)]
    pub(crate) jwk: Value,
    pub(crate) token: String,
    pub(crate) payload: String,
}

/// The examples of one RFC.
#[derive(Deserialize)]
pub(crate) struct Published {
    vectors: Vec<Example>,
}

impl Published {
    pub(crate) fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap()
    }

    pub(crate) fn section(&self, name: &str) -> &Example {
        self.vectors.iter().find(|example| example.section == name).unwrap()
    }
}

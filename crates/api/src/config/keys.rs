//! Which keys there are, and of which kind each is: exactly those of the defaults. Values are held to their kind here,
//! because the reader behind would make 81 of 80.7 and 1 of true, and would quote a secret that stands in the wrong source.

use std::collections::BTreeMap;

use config::{Map, Value, ValueKind};

use super::ConfigError;

/// Every key, as `section.key`.
pub(super) struct Keys(BTreeMap<String, ValueType>);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueType {
    Text,
    Number,
    Flag,
    List,
}

impl Keys {
    pub(super) fn of(defaults: &Map<String, Value>) -> Self {
        Self(flatten(defaults).into_iter().map(|(key, value)| (key, ValueType::of(value))).collect())
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The kind of a key, which must be one.
    pub(super) fn kind(&self, key: &str, source: &str) -> Result<ValueType, ConfigError> {
        self.0.get(key).copied().ok_or_else(|| {
            let why =
                format!("there is no such key (it stands in {source}); config/default.toml lists them all");
            ConfigError::new(key, why)
        })
    }

    /// Holds a file to the keys and their kinds.
    pub(super) fn check(&self, written: &Map<String, Value>, source: &str) -> Result<(), ConfigError> {
        for (key, value) in flatten(written) {
            let kind = self.kind(&key, source)?;
            if !kind.accepts(&value.kind) {
                return Err(kind.mismatch(&key));
            }
        }
        Ok(())
    }
}

impl ValueType {
    fn of(value: &Value) -> Self {
        match value.kind {
            ValueKind::I64(_) => Self::Number,
            ValueKind::Boolean(_) => Self::Flag,
            ValueKind::Array(_) => Self::List,
            _ => Self::Text,
        }
    }

    fn accepts(self, value: &ValueKind) -> bool {
        match (self, value) {
            (Self::Text, ValueKind::String(_)) | (Self::Flag, ValueKind::Boolean(_)) => true,
            (Self::Number, ValueKind::I64(number)) => *number >= 0,
            (Self::List, ValueKind::Array(items)) => {
                items.iter().all(|item| matches!(item.kind, ValueKind::String(_)))
            }
            _ => false,
        }
    }

    /// Reads a text from the environment or the command line.
    pub(super) fn read(self, key: &str, text: &str) -> Result<Value, ConfigError> {
        let kind = match self {
            Self::Text => Some(ValueKind::String(text.to_owned())),
            Self::Number => text.parse().ok().filter(|number| *number >= 0).map(ValueKind::I64),
            Self::Flag => text.to_ascii_lowercase().parse().ok().map(ValueKind::Boolean),
            Self::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Some(ValueKind::Array(items.map(Value::from).collect()))
            }
        };
        kind.map(|kind| Value::new(None, kind)).ok_or_else(|| self.mismatch(key))
    }

    fn mismatch(self, key: &str) -> ConfigError {
        let why = match self {
            Self::Text => "must be a string",
            Self::Number => "must be a whole number, 0 or more",
            Self::Flag => "must be true or false",
            Self::List => "must be a list of strings",
        };
        ConfigError::new(key, why)
    }
}

fn flatten(sections: &Map<String, Value>) -> Vec<(String, &Value)> {
    let mut flat = Vec::new();
    for (section, value) in sections {
        match &value.kind {
            ValueKind::Table(keys) => {
                flat.extend(keys.iter().map(|(key, value)| (format!("{section}.{key}"), value)));
            }
            _ => flat.push((section.clone(), value)),
        }
    }
    flat
}

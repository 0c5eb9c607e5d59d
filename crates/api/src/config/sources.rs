//! The sources of settings, each overriding the ones before: defaults, file, environment, command line. The defaults
//! define which keys exist and the type of each.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::{fs, mem};

use config::{File, FileFormat, Map, Source, Value, ValueKind};

use super::well_known::{self, WellKnown};
use super::{ConfigError, Overrides, Settings};

pub(crate) const DEFAULTS: &str = include_str!("../../../../config/default.toml");
const PREFIX: &str = "TASKNOOK_";

/// Whether an environment variable sets something of this service, and of no other program.
pub(super) fn is_setting(name: &str) -> bool {
    well_known::TEXTS.contains(&name) || name.starts_with(PREFIX)
}

pub(super) fn read(
    overrides: &Overrides,
    environment: impl Iterator<Item = (String, OsString)>,
) -> Result<Settings, ConfigError> {
    let mut values = Values(parse(DEFAULTS, "config/default.toml")?);
    if let Some(path) = &overrides.file {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| ConfigError::new(&name, error))?;
        for (section, content) in parse(&text, &name)? {
            let ValueKind::Table(keys) = content.kind else { return Err(unknown(&section, &name)) };
            for (key, value) in keys {
                values.set(&format!("{section}.{key}"), value, &name)?;
            }
        }
    }
    let mut warnings = Vec::new();
    values.set_environment(environment, &mut warnings)?;
    for (key, text) in &overrides.set {
        values.set_text(key, text, "the command line")?;
    }
    let values = Value::new(None, ValueKind::Table(values.0));
    let mut settings: Settings =
        values.try_deserialize().map_err(|error| ConfigError::new("configuration", error))?;
    // An IPv6 address as in a URL.
    let host = &mut settings.server.host;
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        *host = address.to_owned();
    }
    settings.warnings = warnings;
    Ok(settings)
}

/// Of an error, only the first line: the next ones quote the text, which may contain a secret.
fn parse(text: &str, name: &str) -> Result<Map<String, Value>, ConfigError> {
    File::from_str(text, FileFormat::Toml)
        .collect()
        .map_err(|error| ConfigError::new(name, error.to_string().lines().next().unwrap_or_default()))
}

fn unknown(key: &str, source: &str) -> ConfigError {
    ConfigError::new(key, format!("unknown setting (in {source}); config/default.toml lists all settings"))
}

/// The settings so far. A value is replaced only by one of its type.
struct Values(Map<String, Value>);

impl Values {
    fn get(&mut self, key: &str) -> Option<&mut Value> {
        let (section, name) = key.split_once('.')?;
        match &mut self.0.get_mut(section)?.kind {
            ValueKind::Table(keys) => keys.get_mut(name),
            _ => None,
        }
    }

    fn set(&mut self, key: &str, new: Value, source: &str) -> Result<(), ConfigError> {
        let value = self.get(key).ok_or_else(|| unknown(key, source))?;
        // Not left to deserialization: it makes 81 of 80.7, and its errors quote the value, which may be a secret under
        // the wrong key.
        let is_valid = match (&value.kind, &new.kind) {
            (ValueKind::I64(_), ValueKind::I64(number)) => *number >= 0,
            (ValueKind::Array(_), ValueKind::Array(items)) => {
                items.iter().all(|item| matches!(item.kind, ValueKind::String(_)))
            }
            (old, new) => mem::discriminant(old) == mem::discriminant(new),
        };
        *value = if is_valid { new } else { return Err(type_error(key, value)) };
        Ok(())
    }

    /// Sets a value from the environment or the command line, where everything is text.
    fn set_text(&mut self, key: &str, text: &str, source: &str) -> Result<(), ConfigError> {
        let value = self.get(key).ok_or_else(|| unknown(key, source))?;
        let new = match value.kind {
            ValueKind::I64(_) => text.parse::<i64>().ok().filter(|number| *number >= 0).map(Value::from),
            ValueKind::Boolean(_) => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
            ValueKind::Array(_) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Some(Value::from(items.collect::<Vec<_>>()))
            }
            _ => Some(Value::from(text)),
        };
        *value = new.ok_or_else(|| type_error(key, value))?;
        Ok(())
    }

    /// The well-known variables first, then `TASKNOOK_SECTION__KEY`, which is more specific.
    fn set_environment(
        &mut self,
        environment: impl Iterator<Item = (String, OsString)>,
        warnings: &mut Vec<String>,
    ) -> Result<(), ConfigError> {
        let mut well_known = BTreeMap::new();
        let mut specific = Vec::new();
        for (name, text) in environment {
            let is_well_known = well_known::includes(&name);
            if !is_well_known && !name.starts_with(PREFIX) {
                continue;
            }
            let text = text.into_string().map_err(|_| ConfigError::new(&name, "the value is not UTF-8"))?;
            if is_well_known {
                well_known.insert(name, text);
            } else if let Some(key) = self.key_of(&name, &text)? {
                specific.push((key, text, name));
            }
        }
        let mut well_known = WellKnown { variables: &well_known, warnings };
        self.set_well_known(&mut well_known)?;
        specific.iter().try_for_each(|(key, text, name)| {
            let text =
                if key == "auth.secrets" { text.clone() } else { well_known.without_quotes(name, text) };
            self.set_text(key, &text, &format!("the environment variable {name}"))
        })
    }

    /// The key that an environment variable names. A name without `__` may belong to another program (Kubernetes sets
    /// `TASKNOOK_PORT` to an address for a service called tasknook), unless only the second underscore is missing.
    fn key_of(&mut self, name: &str, text: &str) -> Result<Option<String>, ConfigError> {
        let rest = name.strip_prefix(PREFIX).unwrap_or_default().to_ascii_lowercase();
        if let Some((section, key)) = rest.split_once("__") {
            return Ok(Some(format!("{section}.{key}")));
        }
        if let Some((section, key)) = rest.split_once('_')
            && self.get(&format!("{section}.{key}")).is_some()
            && !text.starts_with("tcp://")
        {
            let expected = format!("{PREFIX}{}__{}", section.to_uppercase(), key.to_uppercase());
            let why = format!("use two underscores between section and key: {expected}");
            return Err(ConfigError::new(name, why));
        }
        Ok(None)
    }

    fn set_well_known(&mut self, well_known: &mut WellKnown<'_>) -> Result<(), ConfigError> {
        for (name, key) in [
            ("DATABASE_URL", "database.url"),
            ("DATABASE_LISTEN_URL", "database.listen_url"),
            ("BETTER_AUTH_URL", "auth.better_auth_url"),
        ] {
            if let Some(text) = well_known.url(name)? {
                self.set(key, text.into(), name)?;
            }
        }
        let secrets = well_known.secrets()?;
        if !secrets.is_empty() {
            self.set("auth.secrets", secrets.into(), "BETTER_AUTH_SECRET")?;
        }
        if let Some(port) = well_known.port() {
            let named = |_| ConfigError::new("PORT", "must be a port number");
            self.set_text("server.port", port, "PORT").map_err(named)?;
        }
        if let Some(host) = well_known.host() {
            self.set("server.host", host, "HOST")?;
        }
        Ok(())
    }
}

fn type_error(key: &str, value: &Value) -> ConfigError {
    let why = match value.kind {
        ValueKind::I64(_) => "must be a non-negative integer",
        ValueKind::Boolean(_) => "must be true or false",
        ValueKind::Array(_) => "must be a list of strings",
        _ => "must be a string",
    };
    ConfigError::new(key, why)
}

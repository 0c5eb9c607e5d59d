//! Where settings come from, and in which order: defaults, file, environment, command line. The keys of the defaults are
//! all the keys there are.

use std::collections::BTreeMap;
use std::ffi::OsString;

use auth::versioned_secrets;
use config::{Config, ConfigError as SourceError, File, FileFormat, Source, Value, ValueKind};

use super::keys::Keys;
use super::{ConfigError, Overrides, Settings};

const DEFAULTS: &str = include_str!("../../../../config/default.toml");
const PREFIX: &str = "TASKNOOK_";

pub(super) fn read(
    overrides: &Overrides,
    environment: impl Iterator<Item = (String, OsString)>,
) -> Result<Settings, ConfigError> {
    let invalid_source = |error: SourceError| ConfigError::new("configuration", error);
    let defaults = File::from_str(DEFAULTS, FileFormat::Toml);
    let keys = Keys::of(&defaults.collect().map_err(invalid_source)?);
    let mut builder = Config::builder().add_source(defaults);
    if let Some(path) = &overrides.file {
        let name = path.display().to_string();
        let file = File::from(path.as_path()).format(FileFormat::Toml).required(true);
        let written = file.collect().map_err(|error| ConfigError::new(&name, first_line(&error)))?;
        keys.check(&written, &name)?;
        builder = builder.add_source(file);
    }
    for (key, value) in from_environment(&keys, environment)? {
        builder = builder.set_override(key, value).map_err(invalid_source)?;
    }
    for (key, text) in &overrides.set {
        let value = keys.kind(key, "the command line")?.read(key, text)?;
        builder = builder.set_override(key, value).map_err(invalid_source)?;
    }
    let config = builder.build().map_err(invalid_source)?;
    config.try_deserialize().map_err(invalid_source)
}

/// `BETTER_AUTH_URL` and its like first, then `TASKNOOK_SECTION__KEY`, which is the more exact word.
fn from_environment(
    keys: &Keys,
    environment: impl Iterator<Item = (String, OsString)>,
) -> Result<Vec<(String, Value)>, ConfigError> {
    let mut plain = BTreeMap::new();
    let mut exact = Vec::new();
    for (name, text) in environment {
        let is_plain = ["DATABASE_URL", "BETTER_AUTH_URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_SECRETS"]
            .contains(&name.as_str());
        if !is_plain && !name.starts_with(PREFIX) {
            continue;
        }
        let text = text.into_string().map_err(|_| ConfigError::new(&name, "the value is not UTF-8"))?;
        if is_plain {
            plain.insert(name, text);
        } else if let Some(key) = key_of(keys, &name, &text)? {
            let value = keys.kind(&key, &format!("the environment variable {name}"))?.read(&key, &text)?;
            exact.push((key, value));
        }
    }
    let mut values = plain_values(&plain)?;
    values.extend(exact);
    Ok(values)
}

/// The key that an environment variable names. A name without `__` may be somebody else's (Kubernetes makes
/// `TASKNOOK_PORT`, with an address, for a service called tasknook), unless it is a key but for the second underscore.
fn key_of(keys: &Keys, name: &str, text: &str) -> Result<Option<String>, ConfigError> {
    let rest = name.strip_prefix(PREFIX).unwrap_or_default().to_ascii_lowercase();
    if let Some((section, key)) = rest.split_once("__") {
        return Ok(Some(format!("{section}.{key}")));
    }
    if let Some((section, key)) = rest.split_once('_')
        && keys.contains(&format!("{section}.{key}"))
        && !text.starts_with("tcp://")
    {
        let meant = format!("{PREFIX}{}__{}", section.to_uppercase(), key.to_uppercase());
        return Err(ConfigError::new(name, format!("two underscores part section and key: {meant}")));
    }
    Ok(None)
}

/// What a parser says before it quotes the text, in which a secret may stand.
fn first_line(error: &SourceError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn plain_values(plain: &BTreeMap<String, String>) -> Result<Vec<(String, Value)>, ConfigError> {
    let given = |name: &str| plain.get(name).filter(|text| !text.is_empty());
    let mut values = Vec::new();
    for (name, key) in [("DATABASE_URL", "database.url"), ("BETTER_AUTH_URL", "auth.better_auth_url")] {
        if let Some(text) = given(name) {
            values.push((key.to_owned(), Value::from(text.as_str())));
        }
    }
    let invalid = |error| ConfigError::new("BETTER_AUTH_SECRETS", error);
    let listed =
        given("BETTER_AUTH_SECRETS").map(|text| versioned_secrets(text).map_err(invalid)).transpose()?;
    let mut secrets: Vec<&str> = listed.unwrap_or_default();
    secrets.extend(given("BETTER_AUTH_SECRET").map(String::as_str));
    if !secrets.is_empty() {
        let secrets = secrets.into_iter().map(Value::from).collect();
        values.push(("auth.secrets".to_owned(), Value::new(None, ValueKind::Array(secrets))));
    }
    Ok(values)
}

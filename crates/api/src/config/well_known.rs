//! Variables that other programs use too, files that contain a value, and text with quotes or white space around it.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use auth::versioned_secrets;
use config::Value;

use super::ConfigError;

/// Variables with a URL or a secret. Each can also be the name of a file, in `NAME_FILE` or as a systemd credential.
pub(super) const TEXTS: [&str; 5] =
    ["DATABASE_URL", "DATABASE_LISTEN_URL", "BETTER_AUTH_URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_SECRETS"];

/// systemd's folder of credentials (systemd.exec(5)).
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Whether a variable is read here.
pub(super) fn includes(name: &str) -> bool {
    let text = name.strip_suffix("_FILE").unwrap_or(name);
    TEXTS.contains(&text) || ["PORT", "HOST", CREDENTIALS].contains(&name)
}

/// The values of these variables.
pub(super) struct WellKnown<'a> {
    pub(super) variables: &'a BTreeMap<String, String>,
    pub(super) warnings: &'a mut Vec<String>,
}

impl WellKnown<'_> {
    /// A URL, without quotes and white space around it.
    pub(super) fn url(&mut self, name: &str) -> Result<Option<String>, ConfigError> {
        let text = self.text(name)?.map(|text| self.without_quotes(name, &text));
        match text.as_deref() {
            // An empty URL of the database is a mistake of a deployment that would serve a new, empty file.
            Some("") if name == "DATABASE_URL" => {
                let why = "is empty; set a URL, or unset it for the default, sqlite://data/tasknook.db";
                Err(ConfigError::new(name, why))
            }
            Some("") => Ok(None),
            _ => Ok(text),
        }
    }

    /// All secrets in their order, unchanged: Better Auth uses its variable as it is.
    pub(super) fn secrets(&mut self) -> Result<Vec<String>, ConfigError> {
        let invalid = |error, list: &str| {
            let hint = if bare(list) == list { "" } else { "; it has quotes or white space around it" };
            ConfigError::new("BETTER_AUTH_SECRETS", format!("{error}{hint}"))
        };
        let list = self.text("BETTER_AUTH_SECRETS")?.filter(|list| !list.is_empty());
        let versioned = list
            .as_deref()
            .map(|list| versioned_secrets(list).map_err(|error| invalid(error, list)))
            .transpose()?;
        let versioned = versioned.unwrap_or_default().into_iter().map(str::to_owned);
        let mut secrets: Vec<_> = versioned.map(|secret| ("BETTER_AUTH_SECRETS", secret)).collect();
        let single = self.text("BETTER_AUTH_SECRET")?.filter(|secret| !secret.is_empty());
        secrets.extend(single.map(|secret| ("BETTER_AUTH_SECRET", secret)));
        for (name, _) in secrets.iter().filter(|(_, secret)| bare(secret) != secret) {
            self.warnings.push(format!(
                "{name} has quotes, blanks or a line end around a secret; they are part of it, as in Better Auth. If \
                 signatures are wrong, remove them: files for docker --env-file have no quotes"
            ));
        }
        Ok(secrets.into_iter().map(|(_, secret)| secret).collect())
    }

    /// `PORT`, as many hosts set it.
    pub(super) fn port(&self) -> Option<&str> {
        self.variables.get("PORT").map(|port| port.trim()).filter(|port| !port.is_empty())
    }

    /// `HOST` when it is an address: shells and build tools use the name for other things.
    pub(super) fn host(&mut self) -> Option<Value> {
        let host = self.variables.get("HOST").map(|host| host.trim()).filter(|host| !host.is_empty())?;
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host == "localhost" || address.parse::<IpAddr>().is_ok() {
            return Some(host.into());
        }
        self.warnings
            .push("HOST is ignored, since it is not an IP address; set TASKNOOK_SERVER__HOST".to_owned());
        None
    }

    /// The text without quotes and white space around it, with a warning if there are any.
    pub(super) fn without_quotes(&mut self, name: &str, text: &str) -> String {
        let bare = bare(text);
        if bare != text {
            self.warnings
                .push(format!("{name} has quotes or white space around its value, which are ignored"));
        }
        bare.to_owned()
    }

    /// The value of a variable, of the file that it names with `_FILE`, or of the credential.
    fn text(&self, name: &str) -> Result<Option<String>, ConfigError> {
        let file_name = format!("{name}_FILE");
        let file = self.variables.get(&file_name).filter(|path| !path.is_empty());
        match (self.variables.get(name), file) {
            (Some(_), Some(_)) => Err(ConfigError::new(name, format!("is set together with {file_name}"))),
            (Some(text), None) => Ok(Some(text.clone())),
            (None, Some(path)) => read(&file_name, Path::new(path)).map(Some),
            (None, None) => {
                let credential = self.variables.get(CREDENTIALS).map(|folder| Path::new(folder).join(name));
                credential.filter(|path| path.exists()).map(|path| read(name, &path)).transpose()
            }
        }
    }
}

/// The text of a file, without the line end that editors and `echo` add.
fn read(name: &str, path: &Path) -> Result<String, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|error| ConfigError::new(name, format!("cannot read {}: {error}", path.display())))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

/// A text without white space and one pair of quotes around it.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim();
    let unquoted =
        ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(text);
    unquoted.trim()
}

//! Items of password managers, as their tools take them: a secure note with a hidden field for each variable.

use data_encoding::BASE64;
use protocol::secret::SecretText;
use protocol::variable::Variable;

use super::json::quoted;

/// How Bitwarden numbers secure notes among its kinds of items, and hidden fields among those of fields.
/// <https://bitwarden.com/help/cli/#enums>
const SECURE_NOTE: u8 = 2;
const HIDDEN: u8 = 1;

/// An item as `op item create` and `op item edit` read it.
/// <https://developer.1password.com/docs/cli/item-template-json/>
pub(crate) fn one_password(title: &str, variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(1024);
    for part in [
        "{\"title\": ",
        quoted(title).expose(),
        ", \"category\": \"SECURE_NOTE\", \"fields\": [",
    ] {
        text.push_str(part);
    }
    for (at, variable) in variables.iter().enumerate() {
        let name = quoted(&variable.name);
        for part in [
            if at == 0 { "" } else { ", " },
            "{\"id\": ",
            name.expose(),
            ", \"type\": \"CONCEALED\", \"label\": ",
            name.expose(),
            ", \"value\": ",
            // Exposed to be given to the user's own tool.
            quoted(variable.value.expose()).expose(),
            "}",
        ] {
            text.push_str(part);
        }
    }
    text.push_str("]}\n");
    text
}

/// An item as `bw edit item` reads it: base64 of JSON.
pub(crate) fn bitwarden(name: &str, variables: &[Variable]) -> SecretText {
    let mut text = SecretText::with_capacity(1024);
    for part in [
        &format!("{{\"type\": {SECURE_NOTE}, \"secureNote\": {{\"type\": 0}}, \"name\": "),
        quoted(name).expose(),
        ", \"notes\": null, \"favorite\": false, \"fields\": [",
    ] {
        text.push_str(part);
    }
    for (at, variable) in variables.iter().enumerate() {
        for part in [
            if at == 0 { "{" } else { ", {" },
            &format!("\"type\": {HIDDEN}, \"name\": "),
            quoted(&variable.name).expose(),
            ", \"value\": ",
            // Exposed to be given to the user's own tool.
            quoted(variable.value.expose()).expose(),
            "}",
        ] {
            text.push_str(part);
        }
    }
    text.push_str("]}");
    // Exposed to be encoded; what comes of it is a secret again.
    SecretText::new(BASE64.encode(text.expose().as_bytes()))
}

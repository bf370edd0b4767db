//! The `meta` of an envelope and its canonical form (docs/protocol.md 5.2, 5.3).
//!
//! The canonical form is what is authenticated and signed, so it must come out byte for byte as the reference, a
//! JavaScript program, writes it: that is where the index-like names and the UTF-16 order come from.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::types::KeyScope;

/// Name of the project's id in `meta`.
pub(super) const PROJECT_ID: &str = "project_id";
/// Name of the environment's name in `meta`.
pub(super) const ENVIRONMENT: &str = "environment";
/// Name of the environment key's fingerprint in `meta`.
pub(super) const KEY_FINGERPRINT: &str = "key_fingerprint";

/// Names that lead the canonical form, in this order.
const LEADING: [&str; 3] = [PROJECT_ID, ENVIRONMENT, KEY_FINGERPRINT];

/// Texts by name, in the order in which they were given; a null value is kept as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta(Vec<(String, Option<String>)>);

impl Meta {
    /// Takes entries in order. Of equal names the last value stands at the first one's place, and names that look like
    /// array indexes come first in numeric order, as in a JavaScript object.
    pub fn new(entries: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let mut kept: Vec<(String, Option<String>)> = Vec::new();
        for (name, value) in entries {
            match kept.iter_mut().find(|(known, _)| *known == name) {
                Some(entry) => entry.1 = value,
                None => kept.push((name, value)),
            }
        }
        kept.sort_by_key(|(name, _)| index_like(name).map_or((1, 0), |index| (0, index)));
        Self(kept)
    }

    /// The meta of an environment-key envelope: project, environment, fingerprint, in canonical order.
    pub fn of_scope(scope: &KeyScope) -> Self {
        let values = [
            scope.project.as_str().to_owned(),
            scope.environment.as_str().to_owned(),
            scope.fingerprint.to_hex(),
        ];
        let names = LEADING.into_iter().map(str::to_owned);
        Self(names.zip(values.into_iter().map(Some)).collect())
    }

    /// Reads the JSON object; `None` if a value is neither text nor null.
    pub(super) fn from_json(object: &Map<String, Value>) -> Option<Self> {
        let entry = |(name, value): (&String, &Value)| match value {
            Value::String(text) => Some((name.clone(), Some(text.clone()))),
            Value::Null => Some((name.clone(), None)),
            _ => None,
        };
        Some(Self::new(object.iter().map(entry).collect::<Option<Vec<_>>>()?))
    }

    /// The value under a name; `None` when absent or null.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        value.as_deref()
    }

    /// Compact JSON in canonical order, null as empty text: the bytes that are authenticated and signed.
    pub fn to_canonical_json(&self) -> String {
        let mut entries: Vec<_> = self.0.iter().collect();
        entries.sort_by(|(a, _), (b, _)| {
            rank(a)
                .cmp(&rank(b))
                .then_with(|| a.encode_utf16().cmp(b.encode_utf16()))
        });
        write_object(
            entries
                .into_iter()
                .map(|(name, value)| (name, Some(value.as_deref().unwrap_or_default()))),
        )
    }

    /// Compact JSON as it stands; what a runner authenticates when `aad_b64` is missing (docs/protocol.md 8.3).
    pub fn to_json(&self) -> String {
        write_object(self.0.iter().map(|(name, value)| (name, value.as_deref())))
    }

    /// Whether there are no entries; not the same as no meta.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Index-like names by number, then the leading names, then all others.
fn rank(name: &str) -> (u8, u64) {
    match (index_like(name), LEADING.iter().position(|known| *known == name)) {
        (Some(index), _) => (0, u64::from(index)),
        (None, Some(place)) => (1, u64::try_from(place).unwrap_or(u64::MAX)),
        (None, None) => (2, 0),
    }
}

/// A decimal number below 2^32-1 without leading zero: JavaScript keeps such names first, in numeric order.
fn index_like(name: &str) -> Option<u32> {
    let index: u32 = name.parse().ok().filter(|index| *index != u32::MAX)?;
    (index.to_string() == name).then_some(index)
}

fn write_object<'a>(entries: impl Iterator<Item = (&'a String, Option<&'a str>)>) -> String {
    let mut json = String::from("{");
    for (place, (name, value)) in entries.enumerate() {
        if place > 0 {
            json.push(',');
        }
        push_text(&mut json, name);
        json.push(':');
        match value {
            Some(text) => push_text(&mut json, text),
            None => json.push_str("null"),
        }
    }
    json.push('}');
    json
}

/// Appends a JSON text with the escapes of docs/protocol.md 5.3, which are serde_json's.
pub(super) fn push_text(json: &mut String, text: &str) {
    let escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if text.bytes().any(escaped) {
        json.push_str(&Value::from(text).to_string());
    } else {
        // Nearly all texts, and this is the inner loop of opening a bundle.
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_order_is_that_of_the_reference() {
        let entry = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let meta = Meta::new([
            entry("\u{e000}", Some("4")),
            entry("environment", None),
            entry("\u{1f600}", Some("3")),
            entry("project_id", Some("p")),
            entry("4294967295", Some("not an index")),
            entry("10", Some("ten")),
            entry("2", Some("two")),
            entry("2", Some("zwei")),
        ]);
        assert_eq!(
            meta.to_canonical_json(),
            "{\"2\":\"zwei\",\"10\":\"ten\",\"project_id\":\"p\",\"environment\":\"\",\
             \"4294967295\":\"not an index\",\"\u{1f600}\":\"3\",\"\u{e000}\":\"4\"}"
        );
        assert!(
            meta.to_json()
                .starts_with("{\"2\":\"zwei\",\"10\":\"ten\",\"\u{e000}\"")
        );
        assert!(meta.to_json().contains("\"environment\":null"));
        assert_eq!(Meta::new([]).to_canonical_json(), "{}");
    }
}

//! Checks of a request's members, in the words of the server's framework: all that is wrong is told at once, by field.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::ops::RangeInclusive;

use data_encoding::BASE64;
use serde_json::Value;

use super::answer::Refusal;

/// Prefixes that may stand before base64.
const BASE64_PREFIXES: [&str; 2] = ["b64:", "base64:"];

/// A body, and what is wrong with it so far.
pub(super) struct Checks<'a> {
    body: &'a Value,
    wrong: Vec<(String, String)>,
}

impl<'a> Checks<'a> {
    /// Nothing is checked yet. What is no object has no members.
    pub(super) fn of(body: &'a Value) -> Self {
        Self {
            body,
            wrong: Vec::new(),
        }
    }

    /// A member; absent, null and a blank text are the same.
    fn member(&self, name: &str) -> Option<&'a Value> {
        let blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
        self.body
            .get(name)
            .filter(|value| !value.is_null() && !blank(value))
    }

    /// Says what is wrong with a field.
    pub(super) fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.wrong.push((field.to_owned(), message.into()));
    }

    fn needed(&mut self, name: &str) -> Option<&'a Value> {
        let member = self.member(name);
        if member.is_none() {
            self.wrong(name, required(name));
        }
        member
    }

    /// A text of at most so many characters, if it is there.
    pub(super) fn text(&mut self, name: &str, longest: usize) -> Option<&'a str> {
        let text = self.member(name)?.as_str().map(str::trim);
        match text {
            None => self.wrong(name, format!("The {} field must be a string.", words(name))),
            Some(text) if text.chars().count() > longest => self.wrong(
                name,
                format!(
                    "The {} field must not be greater than {longest} characters.",
                    words(name)
                ),
            ),
            Some(_) => return text,
        }
        None
    }

    /// A text that has to be there.
    pub(super) fn needed_text(&mut self, name: &str, longest: usize) -> Option<&'a str> {
        self.needed(name)?;
        self.text(name, longest)
    }

    /// A UUID that has to be there.
    pub(super) fn needed_uuid(&mut self, name: &str) -> Option<&'a str> {
        let text = self.needed(name)?.as_str();
        let id = text.filter(|text| is_uuid(text));
        if id.is_none() {
            self.wrong(name, uuid(name));
        }
        id
    }

    /// Standard, canonical, padded base64, which may have a prefix; if it is there.
    pub(super) fn base64(&mut self, name: &str) -> Option<&'a str> {
        let text = self.member(name)?.as_str().map(str::trim);
        let good = text.filter(|text| is_base64(text));
        if good.is_none() {
            self.wrong(name, format!("The {} field must be valid base64.", words(name)));
        }
        good
    }

    /// Base64 that has to be there.
    pub(super) fn needed_base64(&mut self, name: &str) -> Option<&'a str> {
        self.needed(name)?;
        self.base64(name)
    }

    /// A whole number within a range, if it is there.
    pub(super) fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = self.member(name)?.as_i64();
        match number {
            None => self.wrong(name, format!("The {} field must be an integer.", words(name))),
            Some(number) if number < *range.start() => self.wrong(
                name,
                format!("The {} field must be at least {}.", words(name), range.start()),
            ),
            Some(number) if number > *range.end() => self.wrong(
                name,
                format!(
                    "The {} field must not be greater than {}.",
                    words(name),
                    range.end()
                ),
            ),
            Some(_) => return number,
        }
        None
    }

    /// A list that has to be there.
    pub(super) fn needed_list(&mut self, name: &str) -> Option<&'a [Value]> {
        let list = self.needed(name)?.as_array();
        if list.is_none() {
            self.wrong(name, format!("The {} field must be an array.", words(name)));
        }
        list.map(Vec::as_slice)
    }

    /// An object, if it is there.
    pub(super) fn object(&mut self, name: &str) -> Option<&'a Value> {
        let object = self.member(name)?;
        if object.is_object() {
            return Some(object);
        }
        self.wrong(name, format!("The {} field must be an array.", words(name)));
        None
    }

    /// One of these texts, if it is there.
    pub(super) fn one_of(&mut self, name: &str, known: &[&str]) -> Option<&'a str> {
        let text = self.member(name)?.as_str();
        let good = text.filter(|text| known.contains(text));
        if good.is_none() {
            self.wrong(name, selected(name));
        }
        good
    }

    /// One of these texts, which has to be there.
    pub(super) fn needed_one_of(&mut self, name: &str, known: &[&str]) -> Option<&'a str> {
        self.needed(name)?;
        self.one_of(name, known)
    }

    /// Everything that is wrong.
    ///
    /// # Errors
    /// 422, where that is anything.
    pub(super) fn done(self) -> Result<(), Refusal> {
        if self.wrong.is_empty() {
            Ok(())
        } else {
            Err(Refusal::fields(&self.wrong))
        }
    }
}

/// What is said of a member that is not there.
pub(super) fn required(name: &str) -> String {
    format!("The {} field is required.", words(name))
}

/// What is said of a member that is none of those that there are.
pub(super) fn selected(name: &str) -> String {
    format!("The selected {} is invalid.", words(name))
}

/// What is said of a member that is no UUID.
pub(super) fn uuid(name: &str) -> String {
    format!("The {} field must be a valid UUID.", words(name))
}

/// Whether a text has the form of an id.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Whether a text is standard, canonical, padded base64, after a prefix that it may have.
pub(super) fn is_base64(text: &str) -> bool {
    let bare = without_prefix(text);
    !bare.is_empty() && BASE64.decode(bare.as_bytes()).is_ok()
}

/// Base64 without the prefix that it may have.
pub(super) fn without_prefix(text: &str) -> &str {
    BASE64_PREFIXES
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text)
}

/// The name of a member as the framework speaks of it.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let body = json!({
            "name": " ", "public_key": "AA", "days": 6, "more": "7", "list": {}, "id": "x", "kind": "z", "long": "äbc",
        });
        let mut checks = Checks::of(&body);
        assert_eq!(checks.needed_text("name", 255), None);
        assert_eq!(checks.needed_base64("public_key"), None);
        assert_eq!(checks.integer("days", 7..=365), None);
        assert_eq!(checks.integer("more", 7..=365), None);
        assert_eq!(checks.needed_list("list"), None);
        assert_eq!(checks.needed_uuid("id"), None);
        assert_eq!(checks.one_of("kind", &["a", "b"]), None);
        assert_eq!(checks.text("long", 2), None);
        assert_eq!(checks.text("absent", 2), None);
        let told: Vec<&str> = checks.wrong.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            told,
            [
                "The name field is required.",
                "The public key field must be valid base64.",
                "The days field must be at least 7.",
                "The more field must be an integer.",
                "The list field must be an array.",
                "The id field must be a valid UUID.",
                "The selected kind is invalid.",
                "The long field must not be greater than 2 characters.",
            ]
        );
        assert!(checks.done().is_err());
    }

    #[test]
    fn base64_is_canonical_and_may_have_a_prefix() {
        for good in ["AAAA", "b64:AA==", "base64:+/+/"] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["", "b64:", "AA", "AB==", "-_-_", "AA ==", "64:AAAA"] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}

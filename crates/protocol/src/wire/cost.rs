//! What an answer may cost. Its bytes are limited by who fetches it; of few bytes, much can be made: a value of two characters takes
//! a hundred bytes or more once it is read. So values are counted before they are made, and lists are read an entry at a time.

use std::cell::Cell;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::WireError;

/// The most values in an answer that is no list.
pub(super) const MOST_VALUES: usize = 100_000;
/// The most values in a bundle, which has some twenty for a variable, or in a key, which has five for a recipient.
pub(super) const MOST_OF_A_BUNDLE: usize = 500_000;
/// The most entries of a list.
pub(super) const MOST_ENTRIES: usize = 20_000;
/// The most bytes of an entry of a list; the longest that is known has two thousand.
const LARGEST_ENTRY: usize = 64 * 1024;

/// JSON of so many values at most.
///
/// # Errors
/// [`WireError::NotJson`], [`WireError::TooMany`].
pub(super) fn parse(body: &[u8], most: usize) -> Result<Value, WireError> {
    let left = Cell::new(most);
    let mut counted = serde_json::Deserializer::from_slice(body);
    let fits = Counter(&left)
        .deserialize(&mut counted)
        .and_then(|()| counted.end());
    match (fits, left.get()) {
        (Ok(()), _) => serde_json::from_slice(body).map_err(|_| WireError::NotJson),
        (Err(_), 0) => Err(WireError::TooMany { most }),
        (Err(_), _) => Err(WireError::NotJson),
    }
}

/// The root of a list, its parts as they are written.
#[derive(Deserialize)]
struct Root<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    meta: Option<&'a RawValue>,
}

/// Gives the entries of the list inside `data`, each with its place, from 1 on: one after the other, so that no more than one
/// of them is there at a time. Absent or null is an empty list. What `meta` says is given at the end, or null.
///
/// # Errors
/// [`WireError`] when the answer is not a list, or has more than [`MOST_ENTRIES`] entries.
pub(super) fn entries(
    body: &[u8],
    mut each: impl FnMut(usize, Result<Value, WireError>),
) -> Result<Value, WireError> {
    const NO_LIST: WireError = WireError::Wrong { what: "data" };
    let root: Root<'_> = match serde_json::from_slice::<Object<Root<'_>>>(body) {
        Ok(root) => root.0,
        Err(error) if error.is_data() => return Err(NO_LIST),
        Err(_) => return Err(WireError::NotJson),
    };
    if let Some(data) = root.data {
        let mut count: usize = 0;
        let counted = |entry: &RawValue| {
            count = count.saturating_add(1);
            if count > MOST_ENTRIES {
                return false;
            }
            each(count, value(entry));
            true
        };
        let mut list = serde_json::Deserializer::from_str(data.get());
        if list.deserialize_seq(Entries(counted)).is_err() {
            return Err(if count > MOST_ENTRIES {
                WireError::TooMany { most: MOST_ENTRIES }
            } else {
                NO_LIST
            });
        }
    }
    Ok(root.meta.and_then(|meta| value(meta).ok()).unwrap_or_default())
}

/// A part of an answer, if it is not too large to be made.
pub(super) fn value(raw: &RawValue) -> Result<Value, WireError> {
    if raw.get().len() > LARGEST_ENTRY {
        return Err(WireError::Wrong {
            what: "at most 64 KB",
        });
    }
    serde_json::from_str(raw.get()).map_err(|_| WireError::NotJson)
}

/// What can only be an object: structures are read from lists, too.
struct Object<T>(T);

impl<'de: 'a, 'a> Deserialize<'de> for Object<Root<'a>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<Root<'de>>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                Root::deserialize(serde::de::value::MapAccessDeserializer::new(members)).map(Object)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Walks through a list as it is written, as long as it is told to go on.
struct Entries<F>(F);

impl<'de, F: FnMut(&RawValue) -> bool> Visitor<'de> for Entries<F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element::<&RawValue>()? {
            if !(self.0)(entry) {
                return Err(A::Error::custom("too many entries"));
            }
        }
        Ok(())
    }
}

/// Counts values down to none, and makes none of them.
#[derive(Clone, Copy)]
struct Counter<'a>(&'a Cell<usize>);

impl Counter<'_> {
    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        self.0.set(self.0.get().saturating_sub(1));
        if self.0.get() == 0 {
            return Err(E::custom("too many values"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Counter<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counter<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.count()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.count()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.count()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.count()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.count()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.count()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.count()?;
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.count()?;
        while members.next_key::<IgnoredAny>()?.is_some() {
            members.next_value_seed(self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(body: &str) -> Result<usize, WireError> {
        let mut read = 0;
        entries(body.as_bytes(), |_, _| read += 1).map(|_| read)
    }

    #[test]
    fn values_are_counted_before_they_are_made() {
        let of = |count: usize| format!("[{}1]", "1,".repeat(count - 2));
        assert!(parse(of(99).as_bytes(), 100).is_ok());
        assert_eq!(
            parse(of(100).as_bytes(), 100),
            Err(WireError::TooMany { most: 100 })
        );
        let members = r#"{"a":{"b":null,"c":[true,-1,2.5,"x"]}}"#;
        assert!(parse(members.as_bytes(), 9).is_ok() && parse(members.as_bytes(), 8).is_err());
        for none in ["", "[1", "{} x", "[1]]", &"[".repeat(100_000)] {
            assert_eq!(parse(none.as_bytes(), 1000), Err(WireError::NotJson));
        }
    }

    #[test]
    fn a_list_is_an_object_with_a_list_inside() {
        assert_eq!(
            (count("{}"), count(r#"{"data":null}"#), count(r#"{"data":[]}"#)),
            (Ok(0), Ok(0), Ok(0))
        );
        assert_eq!(count(r#" {"meta":{"x":[1]},"data":[1,{},"x"]} "#), Ok(3));
        for no_list in [
            "[]",
            "7",
            "null",
            r#"{"data":7}"#,
            r#"{"data":{}}"#,
            r#"{"data":[],"data":[1]}"#,
        ] {
            assert_eq!(
                count(no_list),
                Err(WireError::Wrong { what: "data" }),
                "{no_list}"
            );
        }
        for none in ["", "<html>", r#"{"data":[1,]}"#, r#"{"data":[1]"#, "{} x"] {
            assert_eq!(count(none), Err(WireError::NotJson), "{none}");
        }
    }

    #[test]
    fn a_list_is_as_long_as_it_may_be_and_its_entries_as_large() {
        let of = |count: usize| format!(r#"{{"data":[{}{{}}]}}"#, "{},".repeat(count - 1));
        assert_eq!(count(&of(MOST_ENTRIES)), Ok(MOST_ENTRIES));
        assert_eq!(
            count(&of(MOST_ENTRIES + 1)),
            Err(WireError::TooMany { most: MOST_ENTRIES })
        );
        let body = format!(
            r#"{{"data":["{}",{}1{},2]}}"#,
            "x".repeat(LARGEST_ENTRY),
            "[".repeat(999),
            "]".repeat(999)
        );
        let mut read = Vec::new();
        entries(body.as_bytes(), |place, value| read.push((place, value.ok()))).unwrap();
        assert_eq!(read, [(1, None), (2, None), (3, Some(2.into()))]);
    }
}

//! How a server writes times: whole seconds with an offset, and variables' in microseconds (docs/protocol.md 1.4). What is
//! kept is UTC with milliseconds and `Z`; another text is written as it is.

use serde::Serializer;

/// `2026-02-03T04:05:06+00:00`.
pub(super) fn seconds<S: Serializer>(at: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match whole(at) {
        Some(seconds) => serializer.serialize_str(&format!("{seconds}+00:00")),
        None => serializer.serialize_str(at),
    }
}

/// The same, or null.
pub(super) fn seconds_if_any<S: Serializer>(at: &Option<&str>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => seconds(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// `2026-02-03T04:05:06.007000Z`.
pub(super) fn microseconds<S: Serializer>(at: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match at.strip_suffix('Z').filter(|bare| bare.len() == 23) {
        Some(milliseconds) => serializer.serialize_str(&format!("{milliseconds}000Z")),
        None => serializer.serialize_str(at),
    }
}

fn whole(at: &str) -> Option<&str> {
    at.strip_suffix('Z')?.get(..19)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use serde_json::json;

    #[derive(Serialize)]
    struct Times<'a> {
        #[serde(serialize_with = "seconds")]
        one: &'a str,
        #[serde(serialize_with = "seconds_if_any")]
        two: Option<&'a str>,
        #[serde(serialize_with = "microseconds")]
        three: &'a str,
    }

    #[test]
    fn times_are_written_as_the_server_writes_them() {
        let written = |one, two| serde_json::to_value(Times { one, two, three: one }).unwrap();
        let at = "2026-02-03T04:05:06.007Z";
        let (seconds, micro) = ("2026-02-03T04:05:06+00:00", "2026-02-03T04:05:06.007000Z");
        assert_eq!(
            written(at, Some(at)),
            json!({"one": seconds, "two": seconds, "three": micro})
        );
        assert_eq!(
            written("soon", None),
            json!({"one": "soon", "two": null, "three": "soon"})
        );
    }
}

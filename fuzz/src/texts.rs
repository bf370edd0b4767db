//! What people and their files say: names, addresses, times, manifests, leaks; and what the program writes for others, read
//! again by its own reader.

use client::ApiAddress;
use model::formats::FORMATS;
use protocol::secret::SecretText;
use protocol::variable::Variable;
use protocol::{Moment, TokenName};
use service::manifest as project_manifest;
use service::revocation::Leak;

/// The manifest of a project's folder.
pub fn manifest(data: &[u8]) {
    if let Ok(manifest) = project_manifest::parse(&String::from_utf8_lossy(data)) {
        assert!(
            !manifest.project.as_str().trim().is_empty(),
            "a project has an id"
        );
    }
}

/// A text in which something leaked: whatever is found stands on one of its lines.
pub fn leak(data: &[u8]) {
    let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
    let Ok(leak) = Leak::read(data) else { return };
    for it in leak.candidates() {
        assert!((1..=lines).contains(&it.line), "line {} of {lines}", it.line);
    }
}

/// The name of a token: one that is accepted is accepted again, as it is.
pub fn name(data: &[u8]) {
    if let Ok(name) = TokenName::parse(&String::from_utf8_lossy(data)) {
        assert_eq!(TokenName::parse(name.as_str()).as_ref(), Ok(&name));
    }
}

/// The address of an API: one that is accepted is https or this machine's, and is itself when it is read again.
pub fn address(data: &[u8]) {
    if let Ok(address) = ApiAddress::parse(&String::from_utf8_lossy(data)) {
        assert!(address.as_str().starts_with("https://") || address.is_loopback());
        assert!(!address.host().is_empty());
        assert_eq!(ApiAddress::parse(address.as_str()).as_ref(), Ok(&address));
    }
}

/// A time: one that can be written for the wire is read again as the same, to the millisecond.
pub fn moment(data: &[u8]) {
    if let Some(moment) = Moment::parse(&String::from_utf8_lossy(data)) {
        let written = moment.to_wire();
        let again = Moment::parse(&written).map(Moment::to_wire);
        assert_eq!(again.as_ref(), Some(&written));
    }
}

/// Each format in which secrets are handed over: anything that is read in it is written and read again as the same, and so is
/// any value that is written.
pub fn formats(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let values = text.split('\u{1f}').take(8);
    let made: Vec<Variable> = (0..)
        .zip(values)
        .map(|(at, value): (u8, _)| Variable {
            name: format!("V_{at}"),
            value: SecretText::new(value.to_owned()),
        })
        .collect();
    for format in FORMATS {
        let read = (format.read)(&text);
        if !text.contains('\0') {
            is_read_again(format, &made);
        }
        if let Some(read) = read {
            is_read_again(format, &read);
        }
    }
}

fn is_read_again(format: model::formats::Format, variables: &[Variable]) {
    let written = (format.write)(variables);
    let again = (format.read)(written.expose()).unwrap_or_default();
    let same = again.len() == variables.len()
        && again
            .iter()
            .zip(variables)
            .all(|(one, other)| one.name == other.name && one.value.ct_eq(&other.value));
    assert!(same, "{} is read as it was written", format.name);
}

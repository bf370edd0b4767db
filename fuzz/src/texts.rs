//! What people and their files say: names, addresses, times, manifests, leaks; and what the program writes for others, read
//! again by its own reader.

use client::ApiAddress;
use model::Leaked;
use model::formats::{DOTENV, FORMATS, Format, Subject};
use protocol::secret::SecretText;
use protocol::variable::Variable;
use protocol::{Moment, TokenName};
use service::manifest as project_manifest;
use service::revocation::{Leak, LeakStream};

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

/// The same text in parts of any length, and looked through in short pieces: nothing before it hides a token that stands on a
/// line of its own. The first byte says how long the parts are.
pub fn leak_stream(data: &[u8]) {
    let Some((length, before)) = data.split_first() else {
        return;
    };
    // By the first bytes it is told whether a text is UTF-16; then the line would be none.
    let text = [
        b"log:\n",
        before,
        b"\nGHOSTABLE_CI_TOKEN=",
        WHOLE.as_bytes(),
        b"\n",
    ]
    .concat();
    let line = 2 + text[..text.len() - 1]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        - 1;
    let found = |parts: usize, stream: LeakStream| {
        let mut stream = stream;
        for part in text.chunks(parts) {
            stream.push(part);
        }
        let leak = stream.finish().unwrap_or_else(|error| panic!("{error}"));
        let all = leak.candidates().iter();
        all.map(|it| (it.line, it.what())).collect::<Vec<_>>()
    };
    let at_once = found(text.len(), LeakStream::new());
    assert_eq!(at_once, found(usize::from(*length) + 1, LeakStream::new()));
    let in_pieces = found(usize::from(*length) + 1, LeakStream::new().in_pieces(2048, 512));
    for found in [at_once, in_pieces] {
        assert!(
            found.contains(&(line, Leaked::CiToken)),
            "line {line}: {found:?} in {:?}",
            String::from_utf8_lossy(&text)
        );
    }
}

/// A CI token of the server.
const WHOLE: &str = "0199c0de-1111-7222-8333-444455556666|ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv";

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

/// Each format in which secrets are handed over: any text is read or refused, and what is handed over is read again as it was
/// written. Beside a dotenv file, in which any value can stand, that are values of visible ASCII.
pub fn formats(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let visible: String = text.chars().filter(char::is_ascii_graphic).collect();
    let seed = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned();
    let values = [format!("1|{visible}"), seed].into_iter();
    let mut handed_over = variables(values);
    for (it, name) in handed_over
        .iter_mut()
        .zip(["GHOSTABLE_CI_TOKEN", "GHOSTABLE_DEPLOY_SEED"])
    {
        it.name = name.to_owned();
    }
    for format in FORMATS {
        drop((format.read)(&text));
        is_read_again(format, &handed_over);
    }
    if !text.contains('\0') {
        let values = text.split('\u{1f}').take(8).map(str::to_owned);
        is_read_again(DOTENV, &variables(values));
    }
    if let Some(read) = (DOTENV.read)(&text) {
        is_read_again(DOTENV, &read);
    }
}

fn variables(values: impl Iterator<Item = String>) -> Vec<Variable> {
    let named = |(at, value): (u8, _)| Variable {
        name: format!("V_{at}"),
        value: SecretText::new(value),
    };
    (0..).zip(values).map(named).collect()
}

fn is_read_again(format: Format, variables: &[Variable]) {
    let subject = Subject {
        environment: "production".to_owned(),
        is_known: false,
    };
    let written = (format.write)(&subject, variables);
    let again = (format.read)(written.expose()).unwrap_or_default();
    let same = again.len() == variables.len()
        && again
            .iter()
            .zip(variables)
            .all(|(one, other)| one.name == other.name && one.value.ct_eq(&other.value));
    assert!(same, "{} is read as it was written", format.name);
}

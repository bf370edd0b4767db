//! The fuzz targets' entry points on stable, for a bounded number of inputs: the vectors, and the vectors with pieces
//! changed, left out, repeated and swapped.
//!
//! `cargo test --test it -- --ignored fuzz_bounded` writes the vectors into `fuzz/corpus`, from where `scripts/fuzz` goes on.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use targets::{TARGETS, Target};

const VECTORS: [&str; 7] = [
    include_str!("../../crates/protocol/tests/vectors/client_sig.json"),
    include_str!("../../crates/protocol/tests/vectors/deploy_bundle.json"),
    include_str!("../../crates/protocol/tests/vectors/envelope.json"),
    include_str!("../../crates/protocol/tests/vectors/environment_key.json"),
    include_str!("../../crates/protocol/tests/vectors/keychain_items.json"),
    include_str!("../../crates/protocol/tests/vectors/secret_upload.json"),
    include_str!("../../crates/protocol/tests/vectors/wire_tokens.json"),
];

const MANIFESTS: [&str; 3] = [
    "id: 019bb7f0-3333-7000-8000-0000000000a1\nname: Storefront\nenvironments:\n  production:\n    type: production\n  \
     staging: {}\n",
    "id: 42\nenvironments: [production, staging]\n",
    "# a comment\n'id': \"x\"\nbase: &b {a: 1}\nother: *b\n",
];

const ENTRIES: [&str; 4] = [
    r#"{"started":"2026-11-24T12:00:00.000Z","shown":null,"scope":"http://127.0.0.1/api/v2","project":"p","environment":"e","environment_name":"production","environment_kind":"production","work":{"create":{"name":"ci","token":null,"public_key":"cHVibGljLWtleS1vZi10aGlydHktdHdvLWJ5dGVzISE=","seed":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","ci_token":null,"expires_at":null,"stage":"intended"}}}"#,
    r#"{"started":"2026-11-24T12:00:00.000Z","shown":"2026-11-24T12:01:00.000Z","scope":"s","project":"p","environment":"e","environment_name":"production","environment_kind":"","work":{"revoke":[{"token":"t","name":"ci","state":"waiting"}]}}"#,
    r#"{"started":"2026-11-24T12:00:00.000Z","shown":null,"scope":"s","project":"p","environment":"e","environment_name":"production","environment_kind":"","work":{"replace":{"old":"t","own_use":null,"successor":{"issuing":{"name":"ci","token":"u","public_key":"cHVibGljLWtleS1vZi10aGlydHktdHdvLWJ5dGVzISE=","seed":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","ci_token":"gtok_x","expires_at":"2027-11-24T12:00:00.000Z","stage":"shared"}}}}}"#,
    r#"{"started":"2026-11-24T12:00:00.000Z","shown":null,"scope":"s","project":"p","environment":"e","environment_name":"production","environment_kind":"","work":{"replace":{"old":"t","own_use":"2026-11-24T12:00:00.000Z","successor":{"handed_over":{"name":"ci","token":"u","public_key":"cHVibGljLWtleS1vZi10aGlydHktdHdvLWJ5dGVzISE="}}}}}"#,
];

/// Requests that the vectors have none of.
const REQUESTS: [&str; 6] = [
    r#"{"name":"ci","environment_id":"e","public_key":"AAAA","recipient":{"edek_b64":"e30="}}"#,
    r#"{"public_key":"AAAA","public_signing_key":"AAAA","name":"laptop","platform":"linux-x64"}"#,
    r#"{"name":"Shop","description":"d","deployment_provider":"other","stack":["php"]}"#,
    r#"{"name":"staging","type":"staging","base_id":"e"}"#,
    r#"{"email":"a@b.example","password":"p","code":"123456"}"#,
    r#"{"ticket":"t"}"#,
];

/// All texts of the vectors that `wanted` accepts, wherever they stand in them.
fn texts(wanted: fn(&str) -> bool) -> Vec<Vec<u8>> {
    fn gather(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => {
                found.insert(text.clone());
            }
            Value::Array(values) => values.iter().for_each(|value| gather(value, found)),
            Value::Object(members) => members.values().for_each(|value| gather(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for file in VECTORS {
        gather(&serde_json::from_str(file).unwrap(), &mut found);
    }
    let found = found.into_iter().filter(|text| wanted(text));
    found.map(String::into_bytes).collect()
}

fn is_json(text: &str) -> bool {
    text.starts_with(['{', '['])
}

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Settings and keys as they are written, and texts that people type.
const SETTINGS: [&str; 2] = [
    r#"{"server":"local","places":{"local":{"project":"p","environment":"e"}},"unchecked":["https://one.example"],"lifetime_days":30}"#,
    r#"{"places":{}}"#,
];
const KEYCHAIN: [&str; 3] = [
    r#"{"accessToken":"1|x","organizationId":"o","expiresAt":"2027-11-24T12:00:00.000Z"}"#,
    r#"{"version":1,"deviceId":"d","name":"n","platform":"linux","createdAtIso":"2026-11-24T12:00:00.000Z","signingKey":{"alg":"Ed25519","publicKey":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","privateKey":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},"encryptionKey":{"alg":"X25519","publicKey":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","privateKey":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}}"#,
    r#"{"keyB64":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","version":1,"fingerprint":"72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793"}"#,
];
const ADDRESSES: [&str; 6] = [
    "https://ghostable.dev/api/v2",
    "http://127.0.0.1:8080/",
    "http://[::1]:1/a/b//",
    " HTTPS://Exämple.example:443/%41/../b ",
    "https://user:pass@one.example",
    "http://localhost?x#y",
];
const MOMENTS: [&str; 6] = [
    "2026-11-24T12:00:00.000Z",
    "2026-11-24T12:00:00+02:00",
    "2026-11-24 12:00:00",
    "2026-11-24",
    "9999-12-31T23:59:59.999999999Z",
    "-009999-01-01T00:00:00Z",
];
const NAMES: [&str; 4] = ["ci", " production-ci \n", "名前", "a\u{202e}b"];
const FORMATS: [&str; 6] = [
    "GHOSTABLE_CI_TOKEN='1|x'\nGHOSTABLE_DEPLOY_SEED=AQEB=\n",
    "export A=\"b\\n\\\"c\\$\"\n# d\nE='f'\\''g'\n",
    "{\"A\":\"b\"}",
    "apiVersion: v1\nkind: Secret\nstringData:\n  A: \"b\"\n",
    "a'b\"c$d`e\u{1f}# f\u{1f}\r\n\u{1f} \\",
    "A=b c\nB=\nC='d\ne'\n",
];
const TOTPS: [&str; 2] = [
    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    " jbswy3dpehpk3pxpjbswy3dpehpk3pxp",
];

/// Files that the program itself makes.
fn made(name: &str) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    if name == "key_file" {
        let path = folder.path().join("keys.sealed");
        let passphrase = protocol::secret::SecretText::new("four words in a row".to_owned());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let made = keychain::Keychain::create_file(&path, passphrase);
        drop(runtime.block_on(made).unwrap());
        return vec![std::fs::read(path).unwrap()];
    }
    let options = workspace::Options {
        data_dir: folder.path().to_owned(),
        ..workspace::Options::default()
    };
    drop(workspace::Workspace::open(options).unwrap());
    vec![std::fs::read(folder.path().join(name)).unwrap()]
}

/// Entries of a key file: a count, and texts with their lengths before them.
fn entries() -> Vec<Vec<u8>> {
    let mut two = 2_u32.to_be_bytes().to_vec();
    for text in ["a", "b", "c", "a", "d", ""] {
        two.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        two.extend(text.as_bytes());
    }
    vec![0_u32.to_be_bytes().to_vec(), two]
}

/// What to begin with, for each decoder.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    match name {
        // Envelopes travel as base64 of their JSON, which begins with a brace.
        "envelope" => texts(|text| is_json(text) && text.contains("ciphertext") || text.starts_with("ey")),
        "bundle" => texts(|text| is_json(text) && text.contains("environment")),
        "seed" => texts(|text| (40..=60).contains(&text.len())),
        "manifest" => owned(&MANIFESTS),
        "journal" => owned(&ENTRIES),
        "leak" | "leak_stream" => leaks(),
        "name" => owned(&NAMES),
        "address" => owned(&ADDRESSES),
        "moment" => owned(&MOMENTS),
        "formats" => owned(&FORMATS),
        "totp" => owned(&TOTPS),
        "settings" => owned(&SETTINGS),
        "keychain" => texts(is_json).into_iter().chain(owned(&KEYCHAIN)).collect(),
        "key_file_entries" => entries(),
        "key_file" => made("key_file"),
        "local_keys" => made("local-keys.json"),
        "imprint" => made("workspace.imprint"),
        request if request.starts_with("request_") => {
            texts(is_json).into_iter().chain(owned(&REQUESTS)).collect()
        }
        // Every answer is JSON.
        _ => texts(is_json),
    }
}

/// What leaks look like (tests/it/leaks.rs).
fn leaks() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/leaks");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|it| it.path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// A change of an input.
#[derive(Clone, Debug)]
enum Edit {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
    Repeat(Index, Index),
    Splice(Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let words: [&[u8]; 10] = [
        b"null",
        b"{}",
        b"[]",
        b"\"\"",
        b"\"data\":",
        b"-1",
        b"1e999",
        b"\\u0000",
        b"\xff",
        b"true",
    ];
    let piece = prop_oneof![
        prop::sample::select(words.to_vec()).prop_map(<[u8]>::to_vec),
        vec(any::<u8>(), 1..6)
    ];
    let index = || any::<Index>();
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        (index(), piece).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (index(), index()).prop_map(|(from, to)| Edit::Remove(from, to)),
        (index(), index()).prop_map(|(from, to)| Edit::Repeat(from, to)),
        (index(), index()).prop_map(|(from, to)| Edit::Splice(from, to)),
    ]
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit, other: &[u8]) {
    let place = |index: &Index, length: usize| index.index(length + 1);
    let range = |one: &Index, two: &Index, length: usize| {
        let (one, two) = (place(one, length), place(two, length));
        one.min(two)..one.max(two)
    };
    match edit {
        Edit::Set(at, byte) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Edit::Set(_, byte) => bytes.push(*byte),
        Edit::Insert(at, piece) => {
            let at = place(at, bytes.len());
            bytes.splice(at..at, piece.iter().copied());
        }
        Edit::Remove(from, to) => drop(bytes.drain(range(from, to, bytes.len()))),
        Edit::Repeat(from, to) => {
            let part = bytes[range(from, to, bytes.len())].to_vec();
            bytes.extend(part);
        }
        Edit::Splice(from, to) => {
            bytes.truncate(place(from, bytes.len()));
            bytes.extend(&other[place(to, other.len())..]);
        }
    }
}

/// Runs a decoder on so many inputs.
fn run_edited(target: &Target, inputs: u32) {
    let seeds = seeds(target.name);
    for seed in &seeds {
        (target.run)(seed);
    }
    let input = (any::<Index>(), any::<Index>(), vec(edit(), 0..5));
    let config = ProptestConfig {
        // Found inputs become tests of their own; a file of numbers would not be read.
        failure_persistence: None,
        ..ProptestConfig::with_cases(inputs)
    };
    let done = proptest::test_runner::TestRunner::new(config).run(&input, |(one, other, edits)| {
        let mut bytes = one.get::<Vec<u8>>(&seeds).clone();
        for edit in &edits {
            apply(&mut bytes, edit, other.get::<Vec<u8>>(&seeds));
        }
        (target.run)(&bytes);
        Ok(())
    });
    done.unwrap_or_else(|error| panic!("{}, {}: {error}", target.name, target.reads));
}

/// Runs those of a part of the list, so that a failing one does not keep all others from running.
fn run_part(part: usize) {
    for target in TARGETS.iter().skip(part).step_by(PARTS) {
        run_edited(target, 500);
    }
}

const PARTS: usize = 4;

#[test]
fn every_fourth_decoder_from_the_first() {
    run_part(0);
}

#[test]
fn every_fourth_decoder_from_the_second() {
    run_part(1);
}

#[test]
fn every_fourth_decoder_from_the_third() {
    run_part(2);
}

#[test]
fn every_fourth_decoder_from_the_fourth() {
    run_part(3);
}

/// The seeds are what they should be: each decoder accepts some of its own.
#[test]
fn the_seeds_reach_the_decoders() {
    use protocol::crypto::envelope::EncryptedEnvelope;
    use protocol::crypto::parse_seed;
    use protocol::wire;

    let accepted = |name: &str, accepts: fn(&str) -> bool| {
        seeds(name)
            .iter()
            .filter(|seed| std::str::from_utf8(seed).is_ok_and(accepts))
            .count()
    };
    assert!(accepted("envelope", |text| EncryptedEnvelope::from_json(text).is_ok()) >= 10);
    assert!(accepted("envelope", |text| EncryptedEnvelope::from_edek(text).is_ok()) >= 10);
    assert!(accepted("bundle", |text| wire::bundle::parse_bundle(text).is_ok()) >= 5);
    assert!(accepted("tokens", |text| wire::tokens::answer(text.as_bytes()).is_ok()) >= 5);
    fn is_request<T: serde::de::DeserializeOwned>(text: &str) -> bool {
        wire::request::parse(text.as_bytes()).is_ok_and(|body| wire::request::fit::<T>(body).is_ok())
    }
    assert!(
        accepted(
            "request_keys",
            is_request::<wire::environment_key::CreateKeyRequest>
        ) >= 2
    );
    assert!(
        accepted(
            "request_keys",
            is_request::<wire::environment_key::ShareKeyRequest>
        ) >= 5
    );
    assert!(accepted("request_variables", is_request::<wire::variable::PushRequest>) >= 5);
    assert!(accepted("request_tokens", is_request::<wire::tokens::CreateTokenRequest>) >= 1);
    assert!(
        accepted(
            "request_places",
            is_request::<wire::devices::RegisterDeviceRequest>
        ) >= 1
    );
    assert!(accepted("seed", |text| parse_seed(text).is_ok()) >= 5);
    let manifest = |text: &str| service::manifest::parse(text).is_ok();
    assert_eq!(accepted("manifest", manifest), MANIFESTS.len());
    let entry = |text: &str| {
        use service::journal::{EntryId, decode};
        let key = protocol::secret::JournalKey::fill_with(|bytes| bytes.fill(1));
        let id = EntryId::parse("0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c11").unwrap();
        let rng = &mut protocol::crypto::system_rng();
        let sealed = protocol::crypto::seal_record(&key, id.as_str(), text.as_bytes(), rng).unwrap();
        decode(&key, &id, &sealed).is_ok()
    };
    assert_eq!(accepted("journal", entry), ENTRIES.len());
}

#[test]
#[ignore = "writes the seeds of the fuzz targets"]
fn write_the_corpus() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for target in TARGETS {
        let folder = corpus.join(target.name);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds(target.name).iter().enumerate() {
            std::fs::write(folder.join(format!("vector-{number}")), seed).unwrap();
        }
    }
}

//! What reads input from outside, one function a decoder: anything may come in, and none may panic, hang, or accept what
//! it would not write itself. The fuzzer calls these (`scripts/fuzz`), and so does `tests/it/fuzz_bounded.rs` of the program,
//! briefly.

pub mod answers;
pub mod crypto;
pub mod files;
pub mod requests;
pub mod texts;

/// A decoder.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of the folder with what to begin with.
    pub name: &'static str,
    /// What it reads, for people.
    pub reads: &'static str,
    /// Reads any bytes, and panics where something is not as it has to be.
    pub run: fn(&[u8]),
}

const fn target(name: &'static str, reads: &'static str, run: fn(&[u8])) -> Target {
    Target { name, reads, run }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target(
        "envelope",
        "envelopes, and the base64 in which they travel",
        crypto::envelope,
    ),
    target("bundle", "the answer to a runner, opened", crypto::bundle),
    target("seed", "seeds, as people paste them", crypto::seed),
    target("tokens", "the list of tokens", answers::tokens),
    target(
        "token",
        "the answers to create, rotate and revoke",
        answers::token,
    ),
    target("directory", "user and organisations", answers::directory),
    target("projects", "projects and environments", answers::projects),
    target("devices", "devices", answers::devices),
    target("members", "the people of an organisation", answers::members),
    target("variable_names", "names of variables", answers::variable_names),
    target("activity", "the activity", answers::activity),
    target("key_requests", "requests for a key", answers::key_requests),
    target("sign_in", "the answers of a sign-in", answers::sign_in),
    target("errors", "answers that are no success", answers::errors),
    target("environment_key", "a published key", answers::environment_key),
    target("request_signed", "the signature of a request", requests::signed),
    target("request_tokens", "requests: create, rotate", requests::tokens),
    target(
        "request_places",
        "requests: devices, projects, environments",
        requests::places,
    ),
    target("request_sign_in", "requests: sign-in", requests::sign_in),
    target("request_keys", "requests: publish a key", requests::keys),
    target(
        "request_variables",
        "requests: upload variables",
        requests::variables,
    ),
    target("manifest", "the manifest of a folder", texts::manifest),
    target("leak", "leaked texts", texts::leak),
    target(
        "leak_stream",
        "leaked texts, in parts and pieces",
        texts::leak_stream,
    ),
    target("name", "names of tokens", texts::name),
    target("address", "the address of an API", texts::address),
    target("moment", "times", texts::moment),
    target(
        "formats",
        "the formats secrets are handed over in, written and read",
        texts::formats,
    ),
    target("journal", "entries of the journal", files::journal),
    target("keychain", "documents of keychains", files::keychain),
    target("key_file", "the key file", files::key_file),
    target(
        "key_file_entries",
        "what is inside the key file",
        files::key_file_entries,
    ),
    target("local_keys", "`local-keys.json`", files::local_keys),
    target("imprint", "`workspace.imprint`", files::imprint),
    target("totp", "secrets of one-time codes", files::totp),
    target("settings", "`settings.json`", files::settings),
];

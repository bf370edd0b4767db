//! The answers of the API, as the client reads them.

use protocol::shape::{is_id, is_line};
use protocol::{OrganizationId, TokenEntry, wire};

/// The list of tokens: nothing of it can change a path, or what a line is.
pub fn tokens(data: &[u8]) {
    for token in wire::tokens::tokens(data)
        .iter()
        .flatten()
        .filter_map(TokenEntry::token)
    {
        assert!(is_id(token.id.as_str()), "an id can be part of a path");
        assert!(is_line(&token.name), "a name is on one line");
    }
}

/// One token, and what is told of it once.
pub fn token(data: &[u8]) {
    let _ = wire::tokens::token(data);
    let _ = wire::tokens::answer(data);
}

/// Who is signed in, and where that person is.
pub fn directory(data: &[u8]) {
    let _ = wire::directory::user(data);
    let _ = wire::directory::organizations(data);
}

/// Projects and environments.
pub fn projects(data: &[u8]) {
    let _ = wire::directory::projects(data, &OrganizationId::new("org"));
    let _ = wire::directory::project(data);
    let _ = wire::directory::environments(data);
}

/// Devices, those of others and the own ones.
pub fn devices(data: &[u8]) {
    let _ = wire::devices::device(data);
    let _ = wire::devices::devices(data);
    let _ = wire::devices::own_devices(data);
}

/// The people of an organisation.
pub fn members(data: &[u8]) {
    let _ = wire::members::members(data);
}

/// The names of variables.
pub fn variable_names(data: &[u8]) {
    let _ = wire::names::variable_names(data);
}

/// Who did what.
pub fn activity(data: &[u8]) {
    let _ = wire::activity::page(data);
}

/// Who waits for a key.
pub fn key_requests(data: &[u8]) {
    let _ = wire::reshare::request(data);
    let _ = wire::reshare::page(data);
}

/// Signing in, by browser and by password.
pub fn sign_in(data: &[u8]) {
    let _ = wire::sign_in::ticket(data);
    for flag in [false, true] {
        let _ = wire::sign_in::password(data, flag);
    }
    let _ = wire::sign_in::poll(data);
}

/// What an answer says that is no success.
pub fn errors(data: &[u8]) {
    for status in [401, 404, 409, 422, 500] {
        let _ = wire::error::read(status, data);
    }
}

/// The key of an environment, as it was published.
pub fn environment_key(data: &[u8]) {
    let _ = wire::environment_key::parse_key_response(&String::from_utf8_lossy(data));
}

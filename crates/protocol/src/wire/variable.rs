//! Pushing variables (docs/protocol.md 9.1, 9.2).
//!
//! One variable is [`VariableUpload`](crate::variable::VariableUpload), signed and checked by [`crypto`](crate::crypto); this
//! is the request around it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::DeviceId;
use crate::types::variable::VariableUpload;

/// `POST .../push`. Its variables are signed one by one, the request is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushRequest {
    /// The pushing device.
    pub device_id: DeviceId,
    /// The signed variables, as they are written: their signatures are over the members in this order.
    pub secrets: Vec<Value>,
    /// Push over versions that are newer than the known ones.
    #[serde(default)]
    pub force_overwrite: bool,
}

/// The same as a client writes it: what is signed keeps the order of its members.
#[derive(Debug, Serialize)]
pub struct Push<'a> {
    device_id: &'a DeviceId,
    secrets: &'a [VariableUpload],
}

impl<'a> Push<'a> {
    /// These variables, which replace no version that is newer than the one that each of them names.
    pub fn new(device_id: &'a DeviceId, secrets: &'a [VariableUpload]) -> Self {
        Self { device_id, secrets }
    }
}

/// What a push is answered, under `data`.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct PushDocument {
    /// How many variables are new.
    pub added: usize,
    /// How many have changed; one whose claim and flags are what the server has is left alone and counts as neither.
    pub updated: usize,
    /// How many were removed because they were not in the request.
    pub removed: usize,
}

/// How many variables of a push were new to the server, where it says so.
pub fn added(body: &[u8]) -> Option<u64> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    answer.get("data")?.get("added")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::request::{RequestError, fit};
    use serde_json::json;

    #[test]
    fn a_push_keeps_its_variables_as_they_were_written() {
        let variable = json!({"of a later time": 1, "name": "A"});
        let push: PushRequest = fit(json!({"device_id": "d", "secrets": [variable]})).unwrap();
        assert!(!push.force_overwrite);
        assert_eq!(push.secrets[0].to_string(), r#"{"of a later time":1,"name":"A"}"#);
        assert_eq!(
            fit::<PushRequest>(json!({"device_id": "d"})),
            Err(RequestError::Unfit("missing field `secrets`".to_owned()))
        );
    }
}

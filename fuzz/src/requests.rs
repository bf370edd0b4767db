//! The requests of the API, as the workspace reads them: parsed, the signature checked over the text as it came, and fitted
//! into the type that clients write. What fits is read again from what it is written as.

use std::fmt::Debug;

use protocol::crypto::envelope::{EncryptedEnvelope, verify_signature};
use protocol::crypto::{verify_body, verify_variable};
use protocol::keys::decode_base64;
use protocol::variable::VariableUpload;
use protocol::wire::request::{fit, parse};
use protocol::{Fingerprint, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::crypto::sender;

fn again<T: Serialize + DeserializeOwned + PartialEq + Debug>(data: &[u8]) {
    if let Ok(body) = parse(data) {
        again_of::<T>(&body);
    }
}

fn again_of<T: Serialize + DeserializeOwned + PartialEq + Debug>(body: &Value) {
    if let Ok(request) = fit::<T>(body.clone()) {
        let written = serde_json::to_value(&request).expect("a request is JSON");
        assert_eq!(
            fit::<T>(written).as_ref(),
            Ok(&request),
            "a request is read as it was written"
        );
    }
}

/// The signature of a body, over its text.
pub fn signed(data: &[u8]) {
    let _ = verify_body(&String::from_utf8_lossy(data), &sender());
}

/// Making a token, and new secrets for one.
pub fn tokens(data: &[u8]) {
    again::<wire::tokens::CreateTokenRequest>(data);
    again::<wire::tokens::RotateTokenRequest>(data);
}

/// Registering a device; projects and environments.
pub fn places(data: &[u8]) {
    again::<wire::devices::RegisterDeviceRequest>(data);
    again::<wire::directory::CreateProjectRequest>(data);
    again::<wire::directory::CreateEnvironmentRequest>(data);
    again::<wire::directory::SuggestNamesRequest>(data);
}

/// Signing in.
pub fn sign_in(data: &[u8]) {
    if let Ok(body) = parse(data) {
        let _ = wire::sign_in::PasswordRequest::read(&body);
        let _ = wire::sign_in::PollRequest::read(&body);
    }
}

/// Publishing a key, and what the workspace does with each recipient.
pub fn keys(data: &[u8]) {
    again::<wire::environment_key::CreateKeyRequest>(data);
    again::<wire::environment_key::ShareKeyRequest>(data);
    let Ok(Ok(shared)) = parse(data).map(fit::<wire::environment_key::ShareKeyRequest>) else {
        return;
    };
    let _ = Fingerprint::from_hex(&shared.fingerprint);
    let _ = decode_base64(&shared.envelope.ciphertext_b64);
    for recipient in shared.envelope.recipients.unwrap_or_default() {
        let _ = wire::environment_key::recipient_kind(&recipient.kind, &recipient.id);
        if let Ok(envelope) = EncryptedEnvelope::from_edek(&recipient.edek_b64) {
            let _ = envelope.ephemeral_key();
            let _ = verify_signature(&envelope, &sender());
        }
    }
}

/// Uploading variables, and what the workspace does with each.
pub fn variables(data: &[u8]) {
    let Ok(body) = parse(data) else { return };
    again_of::<wire::variable::PushRequest>(&body);
    let pushed = fit::<wire::variable::PushRequest>(body.clone());
    let secrets = pushed.map_or_else(|_| vec![body], |push| push.secrets);
    for secret in secrets {
        let _ = verify_variable(&secret.to_string(), &sender());
        again_of::<VariableUpload>(&secret);
    }
}

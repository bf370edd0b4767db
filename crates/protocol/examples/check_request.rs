//! What a server does with a signed request before it believes it: who says to have signed, whether that is so, and whether
//! the body is the request that it should be. The requests are those of the test vectors.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;

use deploy_tokens_protocol::crypto::verify_body;
use deploy_tokens_protocol::wire::environment_key::ShareKeyRequest;
use deploy_tokens_protocol::wire::request::{fit, parse};
use deploy_tokens_protocol::{DeviceId, SigningPublicKey};
use serde_json::Value;

const VECTORS: &str = include_str!("../tests/vectors/environment_key.json");

fn main() -> Result<(), Box<dyn Error>> {
    let vectors: Value = serde_json::from_str(VECTORS)?;
    let cases = vectors["cases"].as_array().ok_or("the vectors have no cases")?;
    for case in cases {
        let body = case["request"]["body_utf8"].as_str().unwrap_or_default();
        // A server has the keys of its devices in a table.
        let known = case["signer"]["signing_public_key_b64"]
            .as_str()
            .unwrap_or_default();
        let known = SigningPublicKey::from_base64(known).ok_or("a public key")?;
        match check(body, &known) {
            Ok(request) => println!(
                "{}: {} recipients by {}",
                case["name"],
                request.envelope.recipients.as_ref().map_or(0, Vec::len),
                request.device_id
            ),
            Err(error) => println!("{}: refused, {error}", case["name"]),
        }
        let changed = body.replacen("_b64\":\"", "_b64\":\"A", 1);
        println!("  with one letter changed: {}", refusal(&changed, &known));
    }
    Ok(())
}

/// The signature is over the text as it came, so it is checked there, and the members are read after that.
fn check(body: &str, known: &SigningPublicKey) -> Result<ShareKeyRequest, Box<dyn Error>> {
    let parsed = parse(body.as_bytes())?;
    let signer = parsed.get("device_id").and_then(Value::as_str).map(DeviceId::new);
    signer.ok_or("it does not say who signed it")?;
    verify_body(body, known)?;
    Ok(fit(parsed)?)
}

fn refusal(body: &str, known: &SigningPublicKey) -> String {
    check(body, known).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

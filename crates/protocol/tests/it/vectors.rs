//! The vectors of docs/protocol.md 14, made by running the reference, one module a file.
//!
//! Texts in them are exact. Signatures of the reference are valid but not deterministic, so ours are compared with
//! `standard_signature_b64` and theirs are verified.
mod client_sig;
mod deploy_bundle;
mod envelope;
mod environment_key;
mod keychain_items;
mod secret_upload;

use std::convert::Infallible;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::crypto::DeviceIdentity;
use deploy_tokens_protocol::secret::{EncryptionPrivateKey, EnvironmentKey, SigningSeed};
use deploy_tokens_protocol::{Moment, PublicKey, SigningPublicKey};
use serde_json::Value;

/// The cases of a vector file; `count` guards against a file that lost some.
fn cases(json: &str, count: usize) -> Vec<Value> {
    let file: Value = serde_json::from_str(json).unwrap();
    let cases = file["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len(), count, "cases in the file");
    cases
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("{member} of {}", value["name"]))
}

fn bytes(value: &Value, member: &str) -> Vec<u8> {
    STANDARD.decode(text(value, member)).unwrap()
}

fn bytes32(value: &Value, member: &str) -> [u8; 32] {
    bytes(value, member).try_into().unwrap()
}

fn moment(value: &Value, member: &str) -> Moment {
    Moment::parse(text(value, member)).unwrap()
}

fn public_key(value: &Value, member: &str) -> PublicKey {
    PublicKey::from_base64(text(value, member)).unwrap()
}

fn signing_key(value: &Value, member: &str) -> SigningPublicKey {
    SigningPublicKey::from_base64(text(value, member)).unwrap()
}

fn environment_key(value: &Value, member: &str) -> EnvironmentKey {
    EnvironmentKey::take(&mut bytes32(value, member))
}

fn encryption_key(value: &Value, member: &str) -> EncryptionPrivateKey {
    EncryptionPrivateKey::take(&mut bytes32(value, member))
}

/// An identity that signs with the given seed; its encryption key does not matter.
fn signer(value: &Value, member: &str) -> DeviceIdentity {
    let seed = SigningSeed::take(&mut bytes32(value, member));
    DeviceIdentity::from_secrets(&seed, &EncryptionPrivateKey::take(&mut [1; 32]))
}

/// Gives recorded random values in the order in which they are drawn, and panics when they run out.
struct Script {
    bytes: Vec<u8>,
    next: usize,
}

impl Script {
    fn new(parts: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self {
            bytes: parts.into_iter().flatten().collect(),
            next: 0,
        }
    }

    fn is_used_up(&self) -> bool {
        self.next == self.bytes.len()
    }

    fn draw(&mut self, length: usize) -> &[u8] {
        let range: Range<usize> = self.next..self.next + length;
        self.next = range.end;
        &self.bytes[range]
    }
}

impl rand_core::TryRng for Script {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.draw(4).try_into().unwrap()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.draw(8).try_into().unwrap()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(self.draw(out.len()));
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Script {}

/// The 16 bytes of a UUID's text.
fn uuid_bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

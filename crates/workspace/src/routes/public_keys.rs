//! Public keys as clients register them. One that others cannot seal for, or whose signatures mean nothing, would only be
//! noticed by others and would be in their way, so it is refused here.

use crate::answer::Refusal;
use protocol::crypto::envelope::{EnvelopeInputs, seal};
use protocol::crypto::{DeviceIdentity, SignatureError, system_rng, verify_bytes};
use protocol::{Moment, PublicKey, SigningPublicKey};

/// An X25519 public key: base64 of 32 bytes, and not a point of low order.
pub(super) fn encryption(field: &str, text: &str) -> Result<PublicKey, Refusal> {
    let key = PublicKey::from_base64(text)
        .ok_or_else(|| Refusal::invalid(field, "The public key is not base64 of 32 bytes."))?;
    let rng = &mut system_rng();
    let inputs = EnvelopeInputs::make(Moment::now(), rng);
    seal(&[], None, &key, &DeviceIdentity::make(rng), &inputs)
        .map(|_| key)
        .map_err(|_| Refusal::invalid(field, "The public key is not safe to seal for."))
}

/// An Ed25519 public key: base64 of 32 bytes, a point of the curve, and not of low order.
pub(super) fn signing(field: &str, text: &str) -> Result<SigningPublicKey, Refusal> {
    let key = SigningPublicKey::from_base64(text)
        .ok_or_else(|| Refusal::invalid(field, "The signing key is not base64 of 32 bytes."))?;
    match verify_bytes(&[], &[0; 64], &key) {
        Err(SignatureError::Key) => Err(Refusal::invalid(field, "The signing key is not usable.")),
        _ => Ok(key),
    }
}

//! Signers that use a nonce twice (docs/protocol.md 5.5): from two such signatures anybody can compute the signing key.

use std::collections::HashMap;

use data_encoding::BASE64;

use super::envelope::EncryptedEnvelope;
use super::identity::SIGNATURE_LENGTH;
use crate::types::Fingerprint;

/// The first half of an Ed25519 signature is the nonce's point, the second the scalar over the message (RFC 8032 5.1.6).
const HALF: usize = SIGNATURE_LENGTH / 2;

/// The signing keys, by fingerprint, that made two different signatures with one nonce, among the envelopes in these
/// `edek_b64` texts. What cannot be read says nothing.
///
/// Security limit: signatures are not verified here, the senders' keys may not be known. Somebody who can put envelopes
/// before this device can so get a signer under suspicion; never out of it.
pub fn find_disclosed_signers<'a>(edeks: impl IntoIterator<Item = &'a str>) -> Vec<Fingerprint> {
    let mut seen: HashMap<(Fingerprint, [u8; HALF]), [u8; HALF]> = HashMap::new();
    let mut disclosed = Vec::new();
    for edek in edeks {
        let Some((sender, nonce, scalar)) = signature(edek) else {
            continue;
        };
        let first = *seen.entry((sender, nonce)).or_insert(scalar);
        if first != scalar && !disclosed.contains(&sender) {
            disclosed.push(sender);
        }
    }
    disclosed
}

fn signature(edek: &str) -> Option<(Fingerprint, [u8; HALF], [u8; HALF])> {
    let envelope = EncryptedEnvelope::from_edek(edek).ok()?;
    let bytes = BASE64.decode(envelope.signature_b64.as_ref()?.as_bytes()).ok()?;
    let (nonce, scalar) = bytes.split_first_chunk::<HALF>()?;
    Some((envelope.sender()?, *nonce, *scalar.first_chunk::<HALF>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DeviceIdentity, make_environment_key, seal_environment_key, system_rng};
    use crate::types::{DeviceId, EnvironmentName, KeyScope, Moment, ProjectId, Recipient, RecipientKind};

    /// What `sender` publishes for itself, once more or less.
    fn published(sender: &DeviceIdentity) -> String {
        let mut rng = system_rng();
        let key = make_environment_key(&mut rng);
        let scope = KeyScope {
            project: ProjectId::new("prj_1"),
            environment: EnvironmentName::new("production"),
            fingerprint: crate::crypto::key_fingerprint(&key),
        };
        let own = Recipient {
            kind: RecipientKind::Device(DeviceId::new("dev_1")),
            public_key: sender.encryption_public(),
        };
        let sealed = seal_environment_key(&key, &scope, &[own], sender, Moment::now(), &mut rng).unwrap();
        sealed.recipients[0].edek_b64.clone()
    }

    /// The same envelope with the signature of another one's nonce.
    fn with_nonce_of(edek: &str, other: &str) -> String {
        let read = |text: &str| -> serde_json::Value {
            serde_json::from_slice(&BASE64.decode(text.as_bytes()).unwrap()).unwrap()
        };
        let bytes = |value: &serde_json::Value| {
            BASE64
                .decode(value["signature_b64"].as_str().unwrap().as_bytes())
                .unwrap()
        };
        let (mut envelope, other) = (read(edek), read(other));
        let mixed = [&bytes(&other)[..HALF], &bytes(&envelope)[HALF..]].concat();
        envelope["signature_b64"] = BASE64.encode(&mixed).into();
        BASE64.encode(envelope.to_string().as_bytes())
    }

    #[test]
    fn a_nonce_that_is_used_twice_names_its_signer() {
        let careless = DeviceIdentity::make(&mut system_rng());
        let careful = DeviceIdentity::make(&mut system_rng());
        let first = published(&careless);
        let second = with_nonce_of(&published(&careless), &first);
        let fine = [published(&careful), published(&careful)];
        let found = |edeks: &[&String]| find_disclosed_signers(edeks.iter().map(|edek| edek.as_str()));
        assert_eq!(found(&[&first, &fine[0], &second, &fine[1]]), [careless.kid()]);
        assert!(
            found(&[&first, &first, &fine[0], &fine[1]]).is_empty(),
            "one signature twice is one signature"
        );
        assert!(find_disclosed_signers(["", "AAAA", "%"]).is_empty());
    }
}

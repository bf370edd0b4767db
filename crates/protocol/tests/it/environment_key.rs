//! The environment key between a publisher and its recipients: every refusal that docs/protocol.md 5.4 asks for.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::crypto::envelope::{self, EncryptedEnvelope, EnvelopeInputs, seal};
use deploy_tokens_protocol::crypto::{
    Accepted, CryptoError, DeviceIdentity, Layer, Meta, OpenError, OpenedKey, key_fingerprint,
    make_deploy_key, make_environment_key, open_environment_key, seal_environment_key, system_rng,
};
use deploy_tokens_protocol::envelope::PublishedKey;
use deploy_tokens_protocol::secret::EnvironmentKey;
use deploy_tokens_protocol::{
    DeployTokenId, DeviceId, EnvironmentName, KeyScope, Moment, ProjectId, PublicKey, Recipient,
    RecipientKind, SigningPublicKey,
};
use rand_core::Rng as _;

/// A publisher, a colleague's device, and what was published for both.
struct World {
    publisher: DeviceIdentity,
    colleague: DeviceIdentity,
    key: EnvironmentKey,
    scope: KeyScope,
    published: PublishedKey,
}

fn device(id: &str) -> RecipientKind {
    RecipientKind::Device(DeviceId::new(id))
}

fn world() -> World {
    let rng = &mut system_rng();
    let (publisher, colleague) = (DeviceIdentity::make(rng), DeviceIdentity::make(rng));
    let key = make_environment_key(rng);
    let scope = KeyScope {
        project: ProjectId::new("proj_1"),
        environment: EnvironmentName::new("production"),
        fingerprint: key_fingerprint(&key),
    };
    let recipients = [
        Recipient {
            kind: device("publisher"),
            public_key: publisher.encryption_public(),
        },
        Recipient {
            kind: device("colleague"),
            public_key: colleague.encryption_public(),
        },
    ];
    let sealed = seal_environment_key(&key, &scope, &recipients, &publisher, Moment::now(), rng).unwrap();
    let published = PublishedKey {
        tells_all: false,
        version: 1,
        fingerprint: Some(scope.fingerprint),
        created_by: Some(DeviceId::new("publisher")),
        created_at: None,
        sealed: Some(sealed),
    };
    World {
        publisher,
        colleague,
        key,
        scope,
        published,
    }
}

impl World {
    /// Opens as the colleague, knowing the publisher's signing key.
    fn open(&self) -> Result<EnvironmentKey, OpenError> {
        self.open_knowing(&[self.publisher.signing_public()])
    }

    fn open_knowing(&self, signers: &[SigningPublicKey]) -> Result<EnvironmentKey, OpenError> {
        self.open_accepting(signers, &Accepted::default())
    }

    fn open_accepting(
        &self,
        signers: &[SigningPublicKey],
        accepted: &Accepted,
    ) -> Result<EnvironmentKey, OpenError> {
        open_environment_key(
            &self.published,
            &self.scope.project,
            &self.scope.environment,
            &DeviceId::new("colleague"),
            &self.colleague,
            signers,
            accepted,
        )
        .map(OpenedKey::into_key)
    }

    /// Replaces the colleague's envelope.
    fn put(&mut self, envelope: &EncryptedEnvelope) {
        let sealed = self.published.sealed.as_mut().unwrap();
        sealed.recipients[1].edek_b64 = envelope.to_edek();
    }

    fn envelope(&self) -> EncryptedEnvelope {
        let sealed = self.published.sealed.as_ref().unwrap();
        EncryptedEnvelope::from_edek(&sealed.recipients[1].edek_b64).unwrap()
    }

    /// What the colleague says to an envelope that was changed this way.
    fn refusal(mut self, change: impl FnOnce(&mut EncryptedEnvelope)) -> OpenError {
        let mut envelope = self.envelope();
        change(&mut envelope);
        self.put(&envelope);
        self.open().unwrap_err()
    }

    /// An envelope that the publisher signs for the colleague, with another meta or plaintext.
    fn signed(&self, plaintext: &[u8], meta: Option<&Meta>) -> EncryptedEnvelope {
        let inputs = EnvelopeInputs::make(Moment::now(), &mut system_rng());
        let to = self.colleague.encryption_public();
        seal(plaintext, meta, &to, &self.publisher, &inputs).unwrap()
    }
}

#[test]
fn the_key_arrives() {
    let world = world();
    assert!(world.open().unwrap().ct_eq(&world.key));
    assert!(
        world.open_knowing(&[]).unwrap().ct_eq(&world.key),
        "the hosted service may not tell the signer's key"
    );
}

#[test]
fn what_is_not_shared_is_said() {
    let mut one = world();
    one.published.sealed.as_mut().unwrap().recipients.remove(1);
    assert_eq!(one.open().unwrap_err(), OpenError::NotShared);
    one.published.sealed = None;
    assert_eq!(
        one.open().unwrap_err(),
        OpenError::NoEnvelope,
        "nobody can share that"
    );
    // A deploy token with the device's id is not the device.
    let mut other = world();
    other.published.sealed.as_mut().unwrap().recipients[1].kind =
        RecipientKind::Deployment(DeployTokenId::new("colleague"));
    assert_eq!(other.open().unwrap_err(), OpenError::NotShared);
}

#[test]
fn another_place_is_refused() {
    let mut one = world();
    one.scope.project = ProjectId::new("proj_2");
    let member = "project_id";
    assert_eq!(one.open().unwrap_err(), OpenError::MetaMismatch { member });
    let mut one = world();
    one.scope.environment = EnvironmentName::new("Production");
    let name = EnvironmentName::new("production");
    assert_eq!(one.open().unwrap_err(), OpenError::SealedUnderName { name });
    let mut one = world();
    one.published.fingerprint = Some(key_fingerprint(&make_environment_key(&mut system_rng())));
    let member = "key_fingerprint";
    assert_eq!(one.open().unwrap_err(), OpenError::MetaMismatch { member });
    let mut one = world();
    let bare = one.signed(&[1; 32], None);
    one.put(&bare);
    let layer = Layer::EnvironmentKey;
    assert_eq!(
        one.open().unwrap_err(),
        OpenError::Decrypt { layer },
        "it has another key's DEK"
    );
}

#[test]
fn a_key_of_a_renamed_environment_opens_when_its_former_name_is_accepted() {
    let mut one = world();
    one.scope.environment = EnvironmentName::new("preview");
    let name = EnvironmentName::new("production");
    let signers = [one.publisher.signing_public()];
    let open = |former: Option<&str>| {
        let accepted = Accepted {
            former_name: former.map(EnvironmentName::new),
            unnamed: true,
        };
        one.open_accepting(&signers, &accepted)
    };
    assert_eq!(
        open(None).unwrap_err(),
        OpenError::SealedUnderName { name: name.clone() }
    );
    assert_eq!(
        open(Some("staging")).unwrap_err(),
        OpenError::SealedUnderName { name }
    );
    assert!(open(Some("production")).is_ok_and(|key| key.ct_eq(&one.key)));
}

/// A payload as the service's own tests have them: three members and their algorithm, base64 after a prefix.
fn unnamed(from: &EncryptedEnvelope) -> String {
    let payload = serde_json::json!({
        "ciphertext_b64": from.ciphertext_b64,
        "nonce_b64": from.nonce_b64,
        "alg": "xchacha20-poly1305",
        "version": "1",
        "aad_b64": null,
        "from_ephemeral_public_key": from.from_ephemeral_public_key,
    });
    format!("b64:{}", STANDARD.encode(payload.to_string()))
}

#[test]
fn an_envelope_that_says_nothing_opens_when_that_is_accepted_and_the_key_is_the_announced_one() {
    let accepted = Accepted {
        former_name: None,
        unnamed: true,
    };
    let mut one = world();
    let dek = envelope::open(&one.envelope(), one.colleague.encryption_private_key()).unwrap();
    // The two-layer form, and the single-layer one, whose plaintext is the key itself; exposed to be sealed.
    for plaintext in [dek.as_slice(), one.key.expose().as_slice()] {
        let payload = unnamed(&one.signed(plaintext, None));
        one.published.sealed.as_mut().unwrap().recipients[1].edek_b64 = payload;
        assert_eq!(one.open().unwrap_err(), OpenError::Unnamed);
        let opened = one.open_accepting(&[], &accepted).unwrap();
        assert!(opened.ct_eq(&one.key));
    }
    let announced = one.published.fingerprint.take();
    let nothing_says_what_it_is = OpenError::Malformed { what: "fingerprint" };
    assert_eq!(
        one.open_accepting(&[], &accepted).unwrap_err(),
        nothing_says_what_it_is
    );
    one.published.fingerprint = announced;
    let payload = unnamed(&one.signed(&[7; 32], None));
    one.published.sealed.as_mut().unwrap().recipients[1].edek_b64 = payload;
    assert!(
        one.open_accepting(&[], &accepted).is_err(),
        "another key is never let pass"
    );
    let payload = one.signed(one.key.expose(), None);
    one.put(&EncryptedEnvelope {
        to_device_public_key: STANDARD.encode([9; 32]),
        ..payload
    });
    assert_eq!(
        one.open_accepting(&[], &accepted).unwrap_err(),
        OpenError::Addressee
    );
}

#[test]
fn each_changed_member_is_refused_by_its_check() {
    let decrypt = OpenError::Decrypt {
        layer: Layer::Recipient,
    };
    assert_eq!(
        world().refusal(|envelope| envelope.version = "v2".to_owned()),
        OpenError::Version
    );
    assert_eq!(
        world().refusal(|envelope| envelope.alg = None),
        OpenError::Algorithm
    );
    assert_eq!(
        world().refusal(|envelope| envelope.to_device_public_key = STANDARD.encode([9; 32])),
        OpenError::Addressee
    );
    assert_eq!(
        world().refusal(|envelope| envelope.aad_b64 = Some(STANDARD.encode("{}"))),
        OpenError::AadMismatch
    );
    assert_eq!(
        world().refusal(|envelope| envelope.meta = None),
        OpenError::AadMismatch
    );
    assert_eq!(
        world().refusal(|envelope| envelope.nonce_b64 = STANDARD.encode([0; 12])),
        OpenError::NonceLength
    );
    assert_eq!(
        world().refusal(|envelope| envelope.nonce_b64 = STANDARD.encode([0; 24])),
        decrypt
    );
    assert_eq!(
        world().refusal(|envelope| envelope.from_ephemeral_public_key = STANDARD.encode([2; 31])),
        OpenError::KeyLength
    );
    assert_eq!(
        world().refusal(|envelope| envelope.from_ephemeral_public_key = STANDARD.encode([0; 32])),
        OpenError::AllZeroAgreement
    );
    assert_eq!(
        world().refusal(|envelope| envelope.ciphertext_b64 = "%".to_owned()),
        OpenError::Malformed {
            what: "ciphertext_b64"
        }
    );
    assert_eq!(
        world().refusal(|envelope| envelope.created_at.push('0')),
        OpenError::Signature
    );
    assert_eq!(
        world().refusal(|envelope| envelope.signature_b64 = None),
        OpenError::Signature
    );
    assert_eq!(
        world().refusal(|envelope| envelope.sender_kid = None),
        OpenError::SenderKid
    );
}

#[test]
fn a_known_signer_cannot_be_given_another_name() {
    let stranger = DeviceIdentity::make(&mut system_rng()).kid().to_hex();
    let refusal = world().refusal(|envelope| envelope.sender_kid = Some(stranger));
    assert_eq!(refusal, OpenError::SenderKid);
}

#[test]
fn ones_own_signature_is_always_checked() {
    let mut world = world();
    let mut forged = world.envelope();
    forged.sender_kid = Some(world.colleague.kid().to_hex());
    world.put(&forged);
    assert_eq!(world.open_knowing(&[]).unwrap_err(), OpenError::Signature);
}

#[test]
fn the_outer_layer_is_checked_too() {
    let mut one = world();
    one.published.sealed.as_mut().unwrap().ciphertext[0] ^= 1;
    let layer = Layer::EnvironmentKey;
    assert_eq!(one.open().unwrap_err(), OpenError::Decrypt { layer });
    let mut one = world();
    one.published.sealed.as_mut().unwrap().nonce.pop();
    assert_eq!(one.open().unwrap_err(), OpenError::NonceLength);
    let mut one = world();
    let meta = Meta::of_scope(&one.scope);
    let short = one.signed(&[1; 31], Some(&meta));
    one.put(&short);
    assert_eq!(one.open().unwrap_err(), OpenError::Malformed { what: "DEK" });
}

#[test]
fn a_key_that_is_not_the_announced_one_is_refused() {
    // The publisher seals one key and announces another: everything matches except the key itself.
    let mut one = world();
    let other = world();
    let scope = KeyScope {
        fingerprint: key_fingerprint(&other.key),
        ..one.scope.clone()
    };
    let recipient = Recipient {
        kind: device("colleague"),
        public_key: one.colleague.encryption_public(),
    };
    assert_eq!(
        seal_environment_key(
            &one.key,
            &scope,
            std::slice::from_ref(&recipient),
            &one.publisher,
            Moment::now(),
            &mut system_rng()
        ),
        Err(CryptoError::ScopeFingerprint)
    );
    // A publisher that does not check: take the DEK out of a valid publication and say something else about it.
    let key = one.colleague.encryption_private_key();
    let dek = deploy_tokens_protocol::crypto::envelope::open(&one.envelope(), key).unwrap();
    let lying = one.signed(&dek, Some(&Meta::of_scope(&scope)));
    one.put(&lying);
    one.published.fingerprint = Some(scope.fingerprint);
    assert_eq!(
        one.open().unwrap_err(),
        OpenError::FingerprintMismatch {
            announced: scope.fingerprint,
            opened: one.scope.fingerprint,
        }
    );
}

#[test]
fn nobody_and_unsafe_keys_are_not_sealed_for() {
    let world = world();
    let rng = &mut system_rng();
    let mut seal = |recipients: &[Recipient]| {
        let now = Moment::now();
        seal_environment_key(&world.key, &world.scope, recipients, &world.publisher, now, rng)
    };
    assert_eq!(seal(&[]), Err(CryptoError::NoRecipients));
    let mut recipients: Vec<_> = (0..40)
        .map(|number| Recipient {
            kind: device(&format!("d{number}")),
            public_key: make_deploy_key(&mut system_rng()).1,
        })
        .collect();
    recipients[17].public_key = PublicKey::from_bytes([0; 32]);
    let named = CryptoError::LowOrderRecipient {
        recipient: Some(device("d17")),
    };
    assert_eq!(seal(&recipients), Err(named.clone()));
    assert_eq!(seal(&recipients[17..18]), Err(named));
}

#[test]
fn the_same_random_values_give_the_same_envelopes_on_any_number_of_cores() {
    struct Counter(u64);
    impl rand_core::TryRng for Counter {
        type Error = std::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            let wide = self.try_next_u64()?;
            Ok(u32::try_from(wide & 0xffff).unwrap())
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            Ok(self.0)
        }
        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
            for byte in out {
                *byte = self.try_next_u64()?.to_be_bytes()[0];
            }
            Ok(())
        }
    }
    impl rand_core::TryCryptoRng for Counter {}
    assert_ne!(Counter(1).next_u64(), Counter(2).next_u64());

    let world = world();
    let recipients: Vec<_> = (0..30)
        .map(|number| Recipient {
            kind: device(&format!("d{number}")),
            public_key: make_deploy_key(&mut system_rng()).1,
        })
        .collect();
    let now = Moment::now();
    let seal = || {
        seal_environment_key(
            &world.key,
            &world.scope,
            &recipients,
            &world.publisher,
            now,
            &mut Counter(7),
        )
        .unwrap()
    };
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    let one = pool(1).install(seal);
    assert_eq!(one, pool(4).install(seal));
    let order: Vec<_> = one.recipients.iter().map(|sealed| sealed.kind.clone()).collect();
    let wanted: Vec<_> = recipients
        .iter()
        .map(|recipient| recipient.kind.clone())
        .collect();
    assert_eq!(order, wanted);
}

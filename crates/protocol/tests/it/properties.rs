//! Properties of sealing, signing and reading: round trips, flipped bits, points of low order, arbitrary input.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::crypto::envelope::{
    EncryptedEnvelope, EnvelopeInputs, open, seal, verify_signature,
};
use deploy_tokens_protocol::crypto::{
    BundleProblemKind, CryptoError, DeviceIdentity, Layer, Meta, OpenError, VariableError, VariableKeys,
    derive_public_key, key_fingerprint, make_deploy_key, make_environment_key, open_bundle, open_variable,
    open_variables, parse_seed, seal_environment_key, seal_variable, sign_body, system_rng, verify_body,
    verify_variable,
};
use deploy_tokens_protocol::envelope::PublishedKey;
use deploy_tokens_protocol::secret::{DeploySeed, EnvironmentKey, SecretText};
use deploy_tokens_protocol::variable::VariableUpload;
use deploy_tokens_protocol::wire::bundle::parse_bundle;
use deploy_tokens_protocol::wire::environment_key::{CreateKeyRequest, ShareKeyRequest, parse_key_response};
use deploy_tokens_protocol::wire::request::{fit, parse};
use deploy_tokens_protocol::wire::variable::PushRequest;
use deploy_tokens_protocol::{
    DeployTokenId, EnvironmentName, KeyScope, Moment, ProjectId, PublicKey, Recipient, RecipientKind,
};
use deploy_tokens_protocol::{variable::Bundle, variable::SealedVariable, variable::VariableScope};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn any_meta() -> impl Strategy<Value = Option<Meta>> {
    let name = prop_oneof![
        Just("project_id".to_owned()),
        Just("environment".to_owned()),
        Just("key_fingerprint".to_owned()),
        "[0-9]{1,11}",
        any::<String>(),
    ];
    let entries = prop::collection::vec((name, any::<Option<String>>()), 0..8);
    prop::option::of(entries.prop_map(Meta::new))
}

/// JSON with texts of the most troublesome characters, names that repeat included.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\"\\\\{}\\[\\],: \u{0}-\u{1f}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn an_envelope(plaintext: &[u8], meta: Option<&Meta>) -> (EncryptedEnvelope, DeviceIdentity, DeviceIdentity) {
    let rng = &mut system_rng();
    let (sender, recipient) = (DeviceIdentity::make(rng), DeviceIdentity::make(rng));
    let inputs = EnvelopeInputs::make(Moment::now(), rng);
    let envelope = seal(plaintext, meta, &recipient.encryption_public(), &sender, &inputs).unwrap();
    (envelope, sender, recipient)
}

/// Flips one bit of a member in base64; the number chooses which.
fn flip(base64: &mut String, bit: usize) {
    let mut bytes = STANDARD.decode(base64.as_bytes()).unwrap();
    let bit = bit % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    *base64 = STANDARD.encode(bytes);
}

/// Points of X25519 whose agreement is all zeros, whatever the other key is (RFC 7748, section 6.1), with and without
/// the unused top bit.
fn low_order_points() -> Vec<PublicKey> {
    let hex = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let point = |hex: &str| {
        let byte = |place: usize| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap();
        std::array::from_fn::<u8, 32, _>(byte)
    };
    let plain = hex.map(point).into_iter();
    let points = plain.flat_map(|bytes| {
        let mut topped = bytes;
        topped[31] |= 0x80;
        [bytes, topped]
    });
    points.map(PublicKey::from_bytes).collect()
}

/// A token's bundle with variables, sealed the way a device does it.
pub(crate) fn a_bundle(seed: &DeploySeed, values: &[(String, String)]) -> (Bundle, EnvironmentKey) {
    let rng = &mut system_rng();
    let key = make_environment_key(rng);
    let scope = KeyScope {
        project: ProjectId::new("p"),
        environment: EnvironmentName::new("e"),
        fingerprint: key_fingerprint(&key),
    };
    let recipient = Recipient {
        kind: RecipientKind::Deployment(DeployTokenId::new("t")),
        public_key: derive_public_key(seed),
    };
    let device = DeviceIdentity::make(rng);
    let mut sealed = seal_environment_key(&key, &scope, &[recipient], &device, Moment::now(), rng).unwrap();
    let payload = EncryptedEnvelope::from_edek(&sealed.recipients[0].edek_b64).unwrap();
    sealed.lifted_ephemeral_key = Some(payload.ephemeral_key().unwrap());
    let variable = |(name, value): &(String, String)| {
        let scope = VariableScope {
            organization: "o".to_owned(),
            project: "p".to_owned(),
            environment: "e".to_owned(),
            name: name.clone(),
        };
        let keys = VariableKeys::derive(&key, &scope);
        seal_variable(
            &scope,
            &SecretText::new(value.clone()),
            &keys,
            1,
            &mut system_rng(),
        )
        .unwrap()
    };
    let bundle = Bundle {
        environment: "e".to_owned(),
        chain: vec!["e".to_owned()],
        variables: values.iter().map(variable).collect(),
        key: Some(PublishedKey {
            tells_all: false,
            version: 1,
            fingerprint: Some(scope.fingerprint),
            created_by: None,
            created_at: None,
            sealed: Some(sealed),
        }),
    };
    (bundle, key)
}

/// Reads a text with everything that reads texts.
fn read_with_everything(text: &str) {
    let device = DeviceIdentity::from_secrets(
        &deploy_tokens_protocol::secret::SigningSeed::take(&mut [1; 32]),
        &deploy_tokens_protocol::secret::EncryptionPrivateKey::take(&mut [2; 32]),
    );
    let key = device.signing_public();
    let _ = parse_seed(text);
    let _ = parse_key_response(text);
    let _ = verify_body(text, &key);
    let _ = verify_variable(text, &key);
    if let Ok(body) = parse(text.as_bytes()) {
        let _ = fit::<CreateKeyRequest>(body.clone());
        let _ = fit::<ShareKeyRequest>(body.clone());
        if let Ok(push) = fit::<PushRequest>(body) {
            for secret in push.secrets {
                let _ = fit::<VariableUpload>(secret);
            }
        }
    }
    if let Ok(bundle) = parse_bundle(text) {
        assert!(
            parse_bundle(&crate::written::bundle(&bundle)).is_ok(),
            "what was read can be written"
        );
        let _ = open_bundle(&bundle, &DeploySeed::take(&mut [3; 32]));
    }
    for envelope in [
        EncryptedEnvelope::from_edek(text),
        EncryptedEnvelope::from_json(text),
    ]
    .into_iter()
    .flatten()
    {
        let _ = open(&envelope, device.encryption_private_key());
        let _ = verify_signature(&envelope, &key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn envelopes_round_trip(meta in any_meta(), plaintext in prop::collection::vec(any::<u8>(), 0..300)) {
        let (envelope, sender, recipient) = an_envelope(&plaintext, meta.as_ref());
        let read = EncryptedEnvelope::from_edek(&envelope.to_edek()).unwrap();
        prop_assert_eq!(&read, &envelope);
        prop_assert_eq!(verify_signature(&read, &sender.signing_public()), Ok(()));
        let opened = open(&read, recipient.encryption_private_key()).unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        prop_assert!(open(&read, sender.encryption_private_key()).is_err());
    }

    #[test]
    fn any_flipped_bit_of_an_envelope_is_refused(bit in any::<usize>(), plaintext in prop::collection::vec(any::<u8>(), 1..64)) {
        let meta = Meta::new([("project_id".to_owned(), Some("p".to_owned()))]);
        let (envelope, sender, recipient) = an_envelope(&plaintext, Some(&meta));
        let key = recipient.encryption_private_key();
        let decrypt = Err(OpenError::Decrypt { layer: Layer::Recipient });
        let opened = |envelope: &EncryptedEnvelope| open(envelope, key).map(drop);

        let mut changed = envelope.clone();
        flip(&mut changed.ciphertext_b64, bit);
        prop_assert_eq!(opened(&changed), decrypt.clone());
        let mut changed = envelope.clone();
        flip(&mut changed.nonce_b64, bit);
        prop_assert_eq!(opened(&changed), decrypt);
        let mut changed = envelope.clone();
        flip(changed.aad_b64.as_mut().unwrap(), bit);
        prop_assert_eq!(opened(&changed), Err(OpenError::AadMismatch));
        let mut changed = envelope.clone();
        flip(changed.signature_b64.as_mut().unwrap(), bit);
        prop_assert_eq!(verify_signature(&changed, &sender.signing_public()), Err(OpenError::Signature));
        // The top bit of a point has no meaning in X25519 (RFC 7748), so flipping it is the signature's to refuse.
        let mut changed = envelope.clone();
        flip(&mut changed.from_ephemeral_public_key, bit);
        prop_assert!(opened(&changed).is_err() || bit % 256 == 255);
        prop_assert_eq!(verify_signature(&changed, &sender.signing_public()), Err(OpenError::Signature));
    }

    #[test]
    fn seeds_round_trip(bytes in any::<[u8; 32]>()) {
        let seed = DeploySeed::take(&mut { bytes });
        let read = parse_seed(seed.to_base64().expose()).unwrap();
        prop_assert!(read.ct_eq(&seed));
    }

    #[test]
    fn bodies_round_trip_and_changes_are_refused(body in any_json(), name in "[a-z]{1,8}", bit in any::<usize>()) {
        let device = DeviceIdentity::make(&mut system_rng());
        let key = device.signing_public();
        let mut object = Map::new();
        object.insert(name, body);
        let signed = sign_body(&device, &object).unwrap();
        prop_assert_eq!(verify_body(&signed, &key), Ok(()));
        // Written with white space it is still the same body.
        let value: Value = serde_json::from_str(&signed).unwrap();
        prop_assert_eq!(verify_body(&serde_json::to_string_pretty(&value).unwrap(), &key), Ok(()));
        // A changed bit gives another body, another signature, or no JSON.
        let mut bytes = signed.clone().into_bytes();
        let place = bit / 8 % bytes.len();
        bytes[place] ^= 1 << (bit % 8);
        // (The digits of an escape in the other case are the same text.)
        if let Ok(changed) = String::from_utf8(bytes)
            && serde_json::from_str::<Value>(&changed).ok() != Some(value)
        {
            prop_assert!(verify_body(&changed, &key).is_err(), "{} / {}", signed, changed);
        }
    }

    #[test]
    fn variables_round_trip_and_flipped_bits_are_refused(name in any::<String>(), value in any::<String>(), bit in any::<usize>()) {
        let seed = make_deploy_key(&mut system_rng()).0;
        let (bundle, key) = a_bundle(&seed, &[(name, value.clone())]);
        let sealed = &bundle.variables[0];
        let opened = open_variable(sealed, &key).unwrap();
        prop_assert_eq!(opened.expose(), &value);
        let flipped = |change: fn(&mut SealedVariable) -> &mut Vec<u8>| {
            let mut sealed = sealed.clone();
            let bytes = change(&mut sealed);
            let bit = bit % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            open_variable(&sealed, &key).map(drop)
        };
        prop_assert_eq!(flipped(|sealed| &mut sealed.ciphertext), Err(VariableError::Decrypt));
        prop_assert_eq!(flipped(|sealed| &mut sealed.nonce), Err(VariableError::Decrypt));
        prop_assert_eq!(flipped(|sealed| sealed.hmac.as_mut().unwrap()), Err(VariableError::HmacMismatch));
        let mut moved = sealed.clone();
        moved.scope.name.push('x');
        prop_assert_eq!(open_variable(&moved, &key).map(drop), Err(VariableError::Decrypt));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        read_with_everything(&text);
        read_with_everything(&STANDARD.encode(&bytes));
    }

    #[test]
    fn arbitrary_json_never_panics(value in any_json()) {
        read_with_everything(&value.to_string());
        read_with_everything(&STANDARD.encode(value.to_string()));
    }

    #[test]
    fn valid_documents_with_one_member_replaced_never_panic(place in any::<prop::sample::Index>(), new in any_json()) {
        for (file, member) in [
            (include_str!("../vectors/deploy_bundle.json"), "response_json"),
            (include_str!("../vectors/secret_upload.json"), "push_body_utf8"),
            (include_str!("../vectors/envelope.json"), "envelope_json"),
        ] {
            let file: Value = serde_json::from_str(file).unwrap();
            let text = file["cases"][0][member].as_str().unwrap();
            let mut document: Value = serde_json::from_str(text).unwrap();
            let paths = paths(&document);
            *document.pointer_mut(paths[place.index(paths.len())].as_str()).unwrap() = new.clone();
            read_with_everything(&document.to_string());
        }
    }
}

/// JSON pointers to everything in a document.
fn paths(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(entries) => (0..).map(|n: usize| n.to_string()).zip(entries).collect(),
        _ => Vec::new(),
    };
    let below = children.into_iter().flat_map(|(name, value)| {
        let inner = paths(value).into_iter();
        inner.map(move |path| format!("/{name}{path}"))
    });
    std::iter::once(String::new()).chain(below).collect()
}

#[test]
fn points_of_low_order_are_refused_on_both_sides() {
    let (envelope, sender, recipient) = an_envelope(b"dek", None);
    for point in low_order_points() {
        let inputs = EnvelopeInputs::make(Moment::now(), &mut system_rng());
        assert_eq!(
            seal(b"dek", None, &point, &sender, &inputs).unwrap_err(),
            CryptoError::LowOrderRecipient { recipient: None },
            "{point:?}"
        );
        let mut envelope = envelope.clone();
        envelope.from_ephemeral_public_key = point.to_base64();
        assert_eq!(
            open(&envelope, recipient.encryption_private_key()).unwrap_err(),
            OpenError::AllZeroAgreement,
            "{point:?}"
        );
    }
}

/// The reference drops the mark, and then finds that the claim differs (docs/protocol.md G8).
#[test]
fn a_byte_order_mark_is_refused_by_name() {
    let seed = make_deploy_key(&mut system_rng()).0;
    let values = [("MARKED", "\u{feff}x"), ("INSIDE", "a\u{feff}b")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (bundle, _) = a_bundle(&seed, &values);
    let report = open_bundle(&bundle, &seed);
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|it| (it.name.as_deref(), &it.kind))
        .collect();
    assert_eq!(problems, [(Some("MARKED"), &BundleProblemKind::ByteOrderMark)]);
    assert_eq!(report.variables.len(), 1);
}

#[test]
fn a_bundle_opens_with_its_seed_alone_and_later_values_win() {
    let seed = make_deploy_key(&mut system_rng()).0;
    let pairs = [("A", "1"), ("B", "2"), ("A", "3")];
    let values: Vec<_> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let (mut bundle, key) = a_bundle(&seed, &values);
    let twice = open_bundle(&bundle, &seed);
    let problems: Vec<_> = twice
        .problems
        .iter()
        .map(|it| (it.name.as_deref(), it.kind.code()))
        .collect();
    assert_eq!(
        problems,
        [(Some("A"), "repeated"); 2],
        "of one environment nothing says which counts"
    );
    assert_eq!((twice.decrypted(), twice.total), (1, 3));

    // Of two environments the later one's counts.
    let parent = VariableScope {
        environment: "base".to_owned(),
        ..bundle.variables[0].scope.clone()
    };
    let keys = VariableKeys::derive(&key, &parent);
    let value = SecretText::new("1".to_owned());
    bundle.variables[0] = seal_variable(&parent, &value, &keys, 1, &mut system_rng()).unwrap();
    bundle.chain.insert(0, "base".to_owned());
    let report = open_bundle(&bundle, &seed);
    assert_eq!(report.problems, []);
    assert_eq!(report.total, 3);
    let got: Vec<_> = report
        .variables
        .iter()
        .map(|variable| (variable.name.as_str(), variable.value.expose()))
        .collect();
    assert_eq!(got, [("A", "3"), ("B", "2")]);
    let opened = open_variables(&bundle.variables, &key);
    let opened: Vec<_> = opened
        .iter()
        .map(|value| value.as_ref().unwrap().expose())
        .collect();
    assert_eq!(opened, ["1", "2", "3"]);

    let other = make_deploy_key(&mut system_rng()).0;
    let refused = open_bundle(&bundle, &other);
    assert!(refused.variables.is_empty());
    let codes: Vec<_> = refused
        .problems
        .iter()
        .map(|problem| problem.kind.code())
        .collect();
    assert_eq!(
        codes,
        [
            "recipient_decrypt_failed",
            "no_key",
            "no_key",
            "no_key",
            "nothing_decrypted"
        ]
    );
    // The announced fingerprint is compared, which the reference does not do.
    let mut lying = bundle.clone();
    lying.key.as_mut().unwrap().fingerprint = Some(derive_public_key(&other).fingerprint());
    let refused = open_bundle(&lying, &seed);
    assert_eq!(refused.problems[0].kind.code(), "key_fingerprint_mismatch");
}

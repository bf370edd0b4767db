//! What a device does to publish an environment's key: make it, seal it for everybody who may read, sign the request. Then
//! the other device and the runner open what they were given.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;

use deploy_tokens_protocol::crypto::envelope::{EncryptedEnvelope, open};
use deploy_tokens_protocol::crypto::{
    Accepted, DeviceIdentity, key_fingerprint, make_deploy_key, make_environment_key, open_environment_key,
    seal_environment_key, sign_body, system_rng,
};
use deploy_tokens_protocol::envelope::PublishedKey;
use deploy_tokens_protocol::secret::EncryptionPrivateKey;
use deploy_tokens_protocol::wire::environment_key::CreateKeyRequest;
use deploy_tokens_protocol::{
    DeployTokenId, DeviceId, EnvironmentName, KeyScope, Moment, ProjectId, Recipient, RecipientKind,
};

fn main() -> Result<(), Box<dyn Error>> {
    let rng = &mut system_rng();
    let (mine, theirs) = (DeviceIdentity::make(rng), DeviceIdentity::make(rng));
    let (my_id, their_id) = (DeviceId::new("dev_mine"), DeviceId::new("dev_theirs"));
    // The seed is what the user hands to CI, once; the server gets the public key.
    let (seed, token_key) = make_deploy_key(rng);

    let recipients = [
        Recipient {
            kind: RecipientKind::Device(my_id.clone()),
            public_key: mine.encryption_public(),
        },
        Recipient {
            kind: RecipientKind::Device(their_id.clone()),
            public_key: theirs.encryption_public(),
        },
        Recipient {
            kind: RecipientKind::Deployment(DeployTokenId::new("dpl_tok_1")),
            public_key: token_key,
        },
    ];
    let key = make_environment_key(rng);
    let scope = KeyScope {
        project: ProjectId::new("prj_1"),
        environment: EnvironmentName::new("production"),
        fingerprint: key_fingerprint(&key),
    };
    let sealed = seal_environment_key(&key, &scope, &recipients, &mine, Moment::now(), rng)?;
    let request = CreateKeyRequest::new(&my_id, scope.fingerprint, 1, &sealed);
    let body = sign_body(&mine, &request)?;
    println!(
        "POST …/key: {} bytes, key {} for {} recipients",
        body.len(),
        scope.fingerprint.short(),
        sealed.recipients.len()
    );

    // The other device is told the key by the server. It knows who may publish, and checks the signature.
    let published = PublishedKey {
        tells_all: false,
        version: 1,
        fingerprint: Some(scope.fingerprint),
        created_by: Some(my_id),
        created_at: None,
        sealed: Some(sealed.clone()),
    };
    let opened = open_environment_key(
        &published,
        &scope.project,
        &scope.environment,
        &their_id,
        &theirs,
        &[mine.signing_public()],
        &Accepted::default(),
    )?;
    println!("the other device has it: {}", opened.key().ct_eq(&key));

    // What is sealed for the token opens with its seed and with nothing else.
    let for_token = EncryptedEnvelope::from_edek(&sealed.recipients[2].edek_b64)?;
    // Exposed to be used as the private key that it is.
    let private = EncryptionPrivateKey::copy_of(seed.expose());
    println!(
        "the runner can open its envelope: {}",
        open(&for_token, &private).is_ok()
    );
    let other = theirs.encryption_private_key();
    println!("the other device cannot: {}", open(&for_token, other).is_err());
    Ok(())
}

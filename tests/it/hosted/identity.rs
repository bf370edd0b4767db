//! The identity of this machine is compared with the server's record of it before anything is registered.

use keychain::{ApiOrigin, Keychain, StoredIdentity};
use model::{KeychainError, KeysIn, Part, Problem};
use protocol::crypto::{self, DeviceIdentity};
use protocol::secret::{AccessToken, SecretText};
use protocol::{Lifetime, TokenName};
use service::account::Account;
use service::{Context, LinkedDevice, MissingKey, key_access, reshare};
use testkit::silent;

use super::stand_in::{place, scene};

fn other() -> DeviceIdentity {
    DeviceIdentity::make(&mut crypto::system_rng())
}

/// What each operation that needs the device says.
async fn said(context: &Context) -> Vec<Problem> {
    let name = TokenName::parse("new").unwrap();
    let lifetime = Lifetime::default();
    vec![
        key_access(context, &place()).await.unwrap_err(),
        service::create(context, &place(), &name, &silent)
            .await
            .unwrap_err(),
        service::rotate(context, &place(), "t1", lifetime, &silent)
            .await
            .unwrap_err(),
        reshare(context, &place(), MissingKey::Make, &silent)
            .await
            .unwrap_err(),
    ]
}

#[tokio::test]
async fn an_exchanged_identity_is_named_before_anything_is_registered() {
    let (site, own) = scene().await;
    let exchanged = LinkedDevice {
        id: own.id.clone(),
        identity: other(),
    };
    let wrong = |half| Problem::OtherKeys {
        half,
        kept: KeysIn::Memory,
    };
    let encryption = vec![wrong(Part::EncryptionKey); 4];
    assert_eq!(said(&site.context(Some(exchanged))).await, encryption);
    let listed = other().signing_public().to_base64();
    site.change(|it| it.devices[0]["attributes"]["public_signing_key"] = listed.into());
    let signing = vec![wrong(Part::SigningKey); 4];
    assert_eq!(
        said(&site.context(Some(own.clone()))).await,
        signing,
        "where the server tells it"
    );
    assert_eq!(site.change(|it| it.posted.len()), 0);
    let listed = own.identity.signing_public().to_base64();
    site.change(|it| it.devices[0]["attributes"]["public_signing_key"] = listed.into());
    assert!(key_access(&site.context(Some(own)), &place()).await.is_ok());
}

/// What is stored of a device: with these private keys, beside the public ones of an identity.
fn stored(device: &LinkedDevice, public: &DeviceIdentity) -> StoredIdentity {
    StoredIdentity {
        device_id: device.id.clone(),
        name: None,
        platform: None,
        created_at: None,
        signing_seed: device.identity.signing_seed().clone(),
        encryption_key: device.identity.encryption_private_key().clone(),
        signing_public: public.signing_public(),
        encryption_public: public.encryption_public(),
    }
}

#[tokio::test]
async fn the_place_of_an_identity_that_cannot_be_used_is_named() {
    let (site, own) = scene().await;
    let folder = tempfile::tempdir().unwrap();
    let passphrase = SecretText::new("correct horse battery".to_owned());
    let path = folder.path().join("keys.sealed");
    let file = Keychain::create_file(&path, passphrase).await.unwrap();
    let origin = ApiOrigin::of(&site.url()).unwrap();
    let token = AccessToken::new("person".to_owned());
    let account = Account::at(&site.url(), file.clone(), None).unwrap();

    let exchanged = LinkedDevice {
        id: own.id.clone(),
        identity: other(),
    };
    let whole = stored(&exchanged, &exchanged.identity);
    file.save_identity(&origin, &whole).await.unwrap();
    let context = account.context(&token).await.unwrap();
    for problem in said(&context).await {
        let what = text::explain(&problem).what;
        assert!(what.contains("dev.deploytokens.device of the key file"), "{what}");
    }

    let damaged = stored(&exchanged, &own.identity);
    file.save_identity(&origin, &damaged).await.unwrap();
    let context = account.context(&token).await.unwrap();
    for problem in said(&context).await {
        assert!(
            matches!(
                &problem,
                Problem::Keychain(KeychainError::Corrupt {
                    part: Part::SigningKey,
                    ..
                })
            ),
            "{problem:?}"
        );
        let what = text::explain(&problem).what;
        assert!(what.contains("entry dev.deploytokens.device"), "{what}");
    }
    assert_eq!(site.change(|it| it.posted.len()), 0);
}

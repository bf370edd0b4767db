//! Devices and key access over real HTTP: link, wait, fulfil, look, unlink; and the commands for it.

use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{ApiAddress, Client};
use model::{CallError, Flaw, HolderKind, KeychainError, Problem, RequestError, Standing};
use protocol::crypto::{Accepted, OpenError};
use protocol::secret::{AccessToken, JournalKey};
use protocol::{DeviceId, EnvironmentName, KeyRequest, RemoteStatus, RequestFilter, RequestStatus};
use service::access::access;
use service::devices::{DeviceRecord, DeviceStore, default_name, link, platform, status, unlink};
use service::journal::Journal;
use service::{
    Context, LinkedDevice, MissingKey, Place, find_environment, fulfil, fulfil_all, fulfillable, key_access,
    reshare, reshare_accepting, select, waiting,
};
use testkit::{Endpoint, Fault, FaultProxy, Secrets, TestWorkspace, silent};

/// Keeps keys in memory; may refuse, and may run something before it does.
#[derive(Default)]
struct Memory {
    kept: Mutex<Vec<DeviceId>>,
    refuse: Option<Box<dyn Fn() + Send + Sync>>,
}

impl DeviceStore for Memory {
    fn save(&self, record: &DeviceRecord) -> Result<(), KeychainError> {
        if let Some(before) = &self.refuse {
            before();
            return Err(KeychainError::Locked { cause: None });
        }
        self.kept.lock().unwrap().push(record.device.id.clone());
        Ok(())
    }

    fn forget(&self, device: &DeviceId) -> Result<(), KeychainError> {
        self.kept.lock().unwrap().retain(|kept| kept != device);
        Ok(())
    }
}

fn client(site: &TestWorkspace) -> Client {
    client_at(site, &site.running.api_url())
}

fn client_at(site: &TestWorkspace, url: &str) -> Client {
    let token = AccessToken::new(site.user_token().to_owned());
    Client::new(ApiAddress::parse(url).unwrap(), &token).unwrap()
}

fn context(site: &TestWorkspace, device: Option<LinkedDevice>) -> Context {
    Context::new(client(site), device)
}

/// The workspace's own device, which holds every key.
fn first(site: &TestWorkspace) -> Context {
    let local = site.local();
    let device = LinkedDevice {
        id: local.device_id.clone(),
        identity: local.identity.clone(),
    };
    context(site, Some(device))
}

async fn linked(site: &TestWorkspace, name: &str) -> Context {
    let store: Arc<dyn DeviceStore> = Arc::new(Memory::default());
    let device = link(&context(site, None), &store, name, &platform())
        .await
        .unwrap();
    context(site, Some(device))
}

async fn place(context: &Context, site: &TestWorkspace, name: &str) -> Place {
    find_environment(context, &site.local().project_id, name)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_linked_device_waits_until_another_one_fulfils() {
    let site = TestWorkspace::start().await;
    let (mine, colleague) = (linked(&site, "  new laptop\n").await, first(&site));
    let production = place(&mine, &site, "production").await;
    let pending = key_access(&mine, &production).await.unwrap_err();
    let Problem::Call(CallError::ReshareRequired { pending }) = pending else {
        panic!("{pending:?}")
    };
    let wait = waiting(&mine).await.unwrap().requests;
    assert_eq!(wait.count(), 5, "every environment has a key");
    assert!(wait.list.iter().any(|request| request.id.as_str() == pending[0]));
    assert_eq!(
        fulfillable(&mine).await.unwrap().requests.count(),
        0,
        "it cannot help itself"
    );
    let able = fulfillable(&colleague).await.unwrap().requests;
    assert_eq!((able.count(), able.unreadable), (5, 0));
    assert!(
        able.list
            .iter()
            .all(|request| request.device_label.as_deref() == Some("new laptop"))
    );

    let wanted = select(&able, &pending).unwrap();
    let recipients = fulfil(&colleague, &wanted[0], &|_| {}).await.unwrap();
    assert!(recipients > 2);
    let (opened, theirs) = (
        key_access(&mine, &production).await.unwrap(),
        key_access(&colleague, &production).await.unwrap(),
    );
    assert_eq!(opened, theirs, "the same key");
    let again = fulfil(&colleague, &wanted[0], &|_| {}).await.unwrap_err();
    assert!(
        matches!(again, Problem::Request(RequestError::NotPending)),
        "{again:?}"
    );
    let done = client(&site)
        .reshare_request(&wanted[0].organization, &pending[0])
        .await
        .unwrap();
    assert_eq!(done.status, RequestStatus::Completed);
    assert_eq!(waiting(&mine).await.unwrap().requests.count(), 4);
    let unknown = select(&able, &["nothing".to_owned()]).unwrap_err();
    assert!(text::explain(&unknown).what.contains("nothing"));
}

#[tokio::test]
async fn fulfilling_waits_for_whoever_changes_the_environment() {
    let site = TestWorkspace::start().await;
    let mine = linked(&site, "new laptop").await;
    let key = JournalKey::fill_with(|bytes| bytes.fill(7));
    let folder = site.folder.path().join("journal");
    let journal = Journal::open(folder.clone(), key, "here").with_patience(Duration::from_millis(100));
    let colleague = first(&site).with_journal(Arc::new(journal));
    let production = place(&mine, &site, "production").await;
    reshare(&colleague, &production, MissingKey::Refuse, &|_| {})
        .await
        .unwrap();
    let lock = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let another = std::fs::File::open(lock).unwrap();
    another.lock().unwrap();

    drop(linked(&site, "another laptop").await);
    let able = fulfillable(&colleague).await.unwrap().requests;
    let is_here = |it: &&KeyRequest| it.environment == production.environment.id;
    let request = able.list.iter().find(is_here).unwrap();
    let busy = fulfil(&colleague, request, &|_| {}).await.unwrap_err();
    assert!(matches!(busy, Problem::Busy), "{busy:?}");
    drop(another);
    fulfil(&colleague, request, &|_| {}).await.unwrap();
}

#[tokio::test]
async fn all_requests_are_fulfilled_by_one_publication_an_environment() {
    let site = TestWorkspace::start().await;
    let (one, two, colleague) = (
        linked(&site, "one").await,
        linked(&site, "two").await,
        first(&site),
    );
    let able = fulfillable(&colleague).await.unwrap().requests;
    assert_eq!(able.count(), 10);
    let gone = &two.device.as_ref().unwrap().id;
    client(&site).revoke_device(gone).await.unwrap();
    // The list is stale now: five of its requests are cancelled, and do not hold the others up.
    let done = fulfil_all(&colleague, &able.list, &|_| {}).await;
    let good: Vec<_> = done.iter().filter(|done| done.outcome.is_ok()).collect();
    assert_eq!((done.len(), good.len()), (10, 5), "{done:?}");
    assert!(done.iter().all(|done| match &done.outcome {
        Ok(_) => done.requests[0].device_label.as_deref() == Some("one"),
        Err(error) => matches!(error, Problem::Request(RequestError::NotPending)),
    }));
    assert_eq!(fulfillable(&colleague).await.unwrap().requests.count(), 0);
    key_access(&one, &place(&one, &site, "staging").await)
        .await
        .unwrap();
    let organization = &site.local().organization_id;
    let filter = RequestFilter {
        device: Some(gone.clone()),
        ..RequestFilter::default()
    };
    let cancelled = client(&site)
        .reshare_requests(organization, &filter, 1)
        .await
        .unwrap();
    assert_eq!((cancelled.requests.len(), cancelled.has_more), (5, false));
    let expected = RequestStatus::Cancelled(Some("device_revoked".to_owned()));
    assert!(
        cancelled
            .requests
            .iter()
            .all(|request| request.status == expected)
    );

    let three = linked(&site, "three").await;
    let able = fulfillable(&colleague).await.unwrap().requests;
    let done = fulfil_all(&colleague, &able.list, &|_| {}).await;
    assert!(done.len() == 5 && done.iter().all(|done| done.outcome.is_ok()));
    assert_eq!(waiting(&three).await.unwrap().requests.count(), 0);
}

#[tokio::test]
async fn a_new_key_replaces_what_waited_for_the_old_one() {
    let site = TestWorkspace::start().await;
    let (mine, colleague) = (linked(&site, "late").await, first(&site));
    let old = waiting(&mine).await.unwrap().requests;
    let production = place(&mine, &site, "production").await;
    let old = old
        .list
        .iter()
        .find(|request| request.environment == production.environment.id)
        .unwrap();
    let key = protocol::crypto::make_environment_key(&mut protocol::crypto::system_rng());
    let local = site.local();
    let own = testkit::device(local.device_id.as_str(), local.identity.encryption_public());
    let body = site.create_body("production", &key, 2, &[own]);
    assert_eq!(
        site.post_text(&site.environment("production", "/key"), body)
            .await
            .0,
        201
    );
    let superseded = client(&site)
        .reshare_request(&old.organization, old.id.as_str())
        .await
        .unwrap();
    assert_eq!(superseded.status, RequestStatus::Superseded);
    let able = fulfillable(&colleague).await.unwrap().requests;
    let new = able
        .list
        .iter()
        .find(|request| request.environment == production.environment.id)
        .unwrap();
    assert_eq!(
        (new.required_version, able.count()),
        (Some(2), 8),
        "and those of the devices that the new key leaves out"
    );
    fulfil(&colleague, new, &|_| {}).await.unwrap();
    assert_eq!(key_access(&mine, &production).await.unwrap().version, 2);
}

#[tokio::test]
async fn linking_ends_with_both_sides_or_with_neither() {
    let site = TestWorkspace::start().await;
    let own = context(&site, None);
    let locked = Arc::new(Memory {
        refuse: Some(Box::new(|| {})),
        ..Memory::default()
    });
    let store: Arc<dyn DeviceStore> = locked;
    let error = link(&own, &store, "unlucky", "linux-x64").await.unwrap_err();
    assert!(matches!(error, Problem::NotStored(_)), "{error:?}");
    assert!(text::explain(&error).what.contains("the keychain is locked"));
    let revoked: i64 = site
        .database()
        .query_row(
            "SELECT count(*) FROM devices WHERE name = 'unlucky' AND status = 'revoked'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(revoked, 1, "nothing is left behind");
    assert_eq!(
        fulfillable(&first(&site)).await.unwrap().requests.count(),
        0,
        "and nobody is asked to share with it"
    );

    let database = Mutex::new(site.database());
    let cut_off = move || {
        let db = database.lock().unwrap();
        db.execute("UPDATE access_tokens SET revoked_at = created_at", [])
            .unwrap();
    };
    let store: Arc<dyn DeviceStore> = Arc::new(Memory {
        refuse: Some(Box::new(cut_off)),
        ..Memory::default()
    });
    let error = link(&own, &store, "unluckier", "linux-x64").await.unwrap_err();
    let Problem::HalfLinked { device, .. } = &error else {
        panic!("{error:?}")
    };
    let told = text::explain(&error);
    assert!(
        told.next.contains(device.as_str()) && !told.what.contains("nothing is left"),
        "{told}"
    );
    let unauthorized = link(&own, &store, "nobody", "linux-x64").await.unwrap_err();
    assert!(
        matches!(unauthorized, Problem::Call(CallError::Unauthorized)),
        "{unauthorized:?}"
    );
}

#[tokio::test]
async fn a_device_that_was_registered_and_refused_is_found_among_one_s_own() {
    let site = TestWorkspace::start().await;
    let count = || -> i64 {
        let sql = "SELECT count(*) FROM devices WHERE name = 'lucky' AND status = 'active'";
        site.database().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let register = Endpoint {
        method: "POST",
        ending: "/devices",
        from: 1,
    };
    for (number, refused) in [302, 401, 403, 409, 422, 429, 499].into_iter().enumerate() {
        let proxy = FaultProxy::at(site.running.address(), register, Fault::ActedBut(refused));
        let client = client_at(&site, &proxy.url);
        let memory = Arc::new(Memory::default());
        let store: Arc<dyn DeviceStore> = memory.clone();
        let device = link(&Context::new(client, None), &store, "lucky", "linux-x64").await;
        let device = device.unwrap_or_else(|error| panic!("{refused}: {error:?}"));
        assert_eq!(*memory.kept.lock().unwrap(), [device.id]);
        assert_eq!(count(), number as i64 + 1, "{refused}");
    }

    let says = Fault::Status(422, "", r#"{"message":"Not today."}"#);
    let proxy = FaultProxy::at(site.running.address(), register, says);
    let client = client_at(&site, &proxy.url);
    let store: Arc<dyn DeviceStore> = Arc::new(Memory::default());
    let refused = link(&Context::new(client, None), &store, "unlucky", "linux-x64").await;
    let told = text::explain(&refused.unwrap_err()).what;
    assert!(told.ends_with("It says: Not today."), "{told}");
}

#[tokio::test]
async fn the_server_is_asked_how_the_device_stands() {
    let site = TestWorkspace::start().await;
    let own = context(&site, None);
    let memory = Arc::new(Memory::default());
    let store: Arc<dyn DeviceStore> = memory.clone();
    let device = link(&own, &store, &default_name(), &platform()).await.unwrap();
    assert_eq!(
        memory.kept.lock().unwrap().as_slice(),
        std::slice::from_ref(&device.id)
    );
    let state = status(&own, &device).await.unwrap();
    assert_eq!(state.remote, RemoteStatus::Active);
    assert_eq!(state.name.as_deref(), Some(default_name().trim()));
    assert_eq!(
        state.encryption,
        device.identity.encryption_public().fingerprint()
    );
    assert_eq!(state.signing, device.identity.kid());
    assert_eq!(text::device_status(&state.remote), None);

    let stranger = LinkedDevice {
        id: DeviceId::new("nobody"),
        identity: device.identity.clone(),
    };
    assert_eq!(
        status(&own, &stranger).await.unwrap().remote,
        RemoteStatus::Unknown
    );
    let swapped = LinkedDevice {
        id: site.local().device_id.clone(),
        identity: device.identity.clone(),
    };
    assert_eq!(
        status(&own, &swapped).await.unwrap().remote,
        RemoteStatus::Unknown,
        "another key"
    );

    unlink(&own, &store, &device.id).await.unwrap();
    assert!(memory.kept.lock().unwrap().is_empty());
    let state = status(&own, &device).await.unwrap();
    assert!(
        matches!(state.remote, RemoteStatus::Revoked { at: Some(_) }),
        "{state:?}"
    );
    assert!(text::device_status(&state.remote).is_some());
    unlink(&own, &store, &device.id).await.unwrap();
}

#[tokio::test]
async fn everybody_who_holds_the_key_is_listed_and_the_odd_ones_are_pointed_out() {
    let site = TestWorkspace::start().await;
    let (mine, colleague) = (linked(&site, "new laptop").await, first(&site));
    let organization = &site.local().organization_id;
    let production = place(&mine, &site, "production").await;
    let twin = protocol::crypto::make_deploy_key(&mut protocol::crypto::system_rng()).1;
    site.create_token("twin-a", "production", twin).await;
    let other = protocol::crypto::make_deploy_key(&mut protocol::crypto::system_rng()).1;
    site.create_token("twin-b", "production", other).await;
    // No call makes two of one key.
    let same = "UPDATE deploy_tokens SET public_key = ?1 WHERE name = 'twin-b'";
    site.database().execute(same, [twin.to_base64()]).unwrap();

    let seen = access(&colleague, organization, &production).await.unwrap();
    assert!(seen.own.is_ok());
    let holder = |name: &str| seen.holders.iter().find(|holder| holder.name == name).unwrap();
    assert!(matches!(
        holder("This computer").kind,
        HolderKind::Device { own: true, .. }
    ));
    assert_eq!(holder("This computer").standing, Standing::Holds);
    assert!(matches!(
        holder("new laptop").standing,
        Standing::Waits { since: Some(_) }
    ));
    assert_eq!(holder("twin-a").standing, Standing::Flawed(Flaw::SharedKey));
    assert!(
        seen.holders
            .iter()
            .all(|holder| holder.fingerprint.is_some() && holder.since.is_some())
    );
    let revoked = |standing: &Standing| matches!(standing, Standing::Flawed(Flaw::Revoked { at: Some(_) }));
    assert!(
        seen.holders.iter().any(|holder| revoked(&holder.standing)),
        "the sample has a revoked token"
    );
    assert!(seen.flawed() >= 3);
    assert_eq!(seen.requests.len(), 1);
    for holder in &seen.holders {
        if let Standing::Flawed(flaw) = &holder.standing {
            assert!(!text::flaw(flaw).what.is_empty());
        }
    }

    let seen = access(&mine, organization, &production).await.unwrap();
    assert!(matches!(
        &seen.own,
        Err(Problem::Call(CallError::ReshareRequired { .. }))
    ));
    let own = |kind: &HolderKind| matches!(kind, HolderKind::Device { own: true, .. });
    let waits = seen.holders.iter().find(|holder| own(&holder.kind)).unwrap();
    assert!(matches!(waits.standing, Standing::Waits { .. }));
    let seen = access(&context(&site, None), organization, &production)
        .await
        .unwrap();
    assert!(matches!(seen.own, Err(Problem::NoDevice)) && !seen.holders.is_empty());
}

fn run(site: &TestWorkspace, arguments: &[&str]) -> Output {
    testkit::commands()
        .args(["--local", "--data"])
        .arg(site.folder.path())
        .args(arguments)
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_list_and_fulfil_requests() {
    let site = TestWorkspace::start().await;
    let mine = linked(&site, "new laptop").await;
    let listed = json(&run(&site, &["requests", "--json"]));
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 5);
    assert_eq!(listed[0]["device"], "new laptop");
    assert_eq!(
        run(&site, &["fulfil"]).status.code(),
        Some(2),
        "says which, or all"
    );
    assert_eq!(run(&site, &["fulfil", "nothing"]).status.code(), Some(2));
    let id = listed[0]["id"].as_str().unwrap();
    assert!(run(&site, &["fulfil", id]).status.success());
    assert_eq!(waiting(&mine).await.unwrap().requests.count(), 4);
    let table = run(&site, &["requests"]);
    assert_eq!(
        String::from_utf8_lossy(&table.stdout).lines().count(),
        5,
        "a head and four"
    );

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    assert_eq!(
        run(&site, &["--dir", dir, "requests"]).status.code(),
        Some(2),
        "no manifest"
    );
    std::fs::create_dir(folder.path().join(".ghostable")).unwrap();
    let manifest = format!("id: {}\nname: Shop\n", site.local().project_id);
    std::fs::write(folder.path().join(".ghostable/ghostable.yaml"), manifest).unwrap();
    let project = site.local().project_id.as_str();
    let here = json(&run(&site, &["--dir", dir, "requests", "--json"]));
    let expected = listed
        .iter()
        .filter(|entry| entry["project_id"] == project && entry["id"] != id)
        .count();
    assert_eq!(here.as_array().unwrap().len(), expected);
    assert!(
        json(&run(
            &site,
            &["--dir", dir, "list", "--env", "production", "--json"]
        ))
        .is_array()
    );
    assert!(run(&site, &["fulfil", "--all"]).status.success());
    assert_eq!(waiting(&mine).await.unwrap().requests.count(), 0);
    assert_eq!(json(&run(&site, &["requests", "--json"])), serde_json::json!([]));

    let user = json(&run(&site, &["local-user", "--json"]));
    let known = site.local().sign_in.clone().unwrap();
    assert_eq!(user["email"], known.email.as_str());
    assert_eq!(user["password"], known.password.expose());
    assert!(
        user["otpauth_url"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/")
    );
    let text = run(&site, &["local-user"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains(known.password.expose()));
}

/// Signs every envelope of a publication anew, with the same nonce each time: a valid Ed25519 signature all the same
/// (RFC 8032 5.1.6; what is signed is in docs/protocol.md 5.4).
fn sign_with_one_nonce(
    sealed: &mut protocol::SealedEnvironmentKey,
    identity: &protocol::crypto::DeviceIdentity,
) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use curve25519_dalek::{EdwardsPoint, Scalar};
    use protocol::crypto::envelope::EncryptedEnvelope;
    use sha2::{Digest as _, Sha512};

    let wide = |parts: &[&[u8]]| -> [u8; 64] {
        let mut hash = Sha512::new();
        parts.iter().for_each(|part| hash.update(part));
        hash.finalize().into()
    };
    let expanded = wide(&[identity.signing_seed().expose()]);
    let mut low: [u8; 32] = expanded[..32].try_into().unwrap();
    (low[0], low[31]) = (low[0] & 248, low[31] & 63 | 64);
    let secret = Scalar::from_bytes_mod_order(low);
    let nonce = Scalar::from(7_u64);
    let point = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
    for recipient in &mut sealed.recipients {
        let mut envelope = EncryptedEnvelope::from_edek(&recipient.edek_b64).unwrap();
        let meta = envelope.meta.as_ref().unwrap().to_canonical_json();
        let signed = [
            &envelope.id,
            &envelope.version,
            &envelope.to_device_public_key,
            &envelope.from_ephemeral_public_key,
            &envelope.nonce_b64,
            &envelope.ciphertext_b64,
            &envelope.created_at,
            &meta,
        ]
        .map(String::as_str)
        .join(":");
        let public = STANDARD.decode(identity.signing_public().to_base64()).unwrap();
        let challenge = Scalar::from_bytes_mod_order_wide(&wide(&[&point, &public, signed.as_bytes()]));
        let signature = [point, (nonce + challenge * secret).to_bytes()].concat();
        envelope.signature_b64 = Some(STANDARD.encode(signature));
        recipient.edek_b64 = STANDARD.encode(serde_json::to_string(&envelope).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_reuses_its_nonce_is_pointed_out() {
    use protocol::crypto::{key_fingerprint, seal_environment_key, sign_body, system_rng};
    use protocol::wire::environment_key::ShareKeyRequest;
    use protocol::{EnvironmentName, KeyScope, Moment};
    use service::access::disclosed_signers;

    let site = TestWorkspace::start().await;
    let (careless, seeing) = (linked(&site, "careless").await, first(&site));
    let requests = fulfillable(&seeing).await.unwrap().requests.list;
    fulfil_all(&seeing, &requests, &|_| {}).await;
    let production = place(&seeing, &site, "production").await;
    assert!(disclosed_signers(&seeing, &production).await.is_empty());

    let sender = careless.device.as_ref().unwrap();
    for environment in ["production", "staging"] {
        let key = site.open_key(environment).await;
        let scope = KeyScope {
            project: site.local().project_id.clone(),
            environment: EnvironmentName::new(environment),
            fingerprint: key_fingerprint(&key),
        };
        let recipients = site.recipients(environment).await;
        let rng = &mut system_rng();
        let mut sealed =
            seal_environment_key(&key, &scope, &recipients, &sender.identity, Moment::now(), rng).unwrap();
        sign_with_one_nonce(&mut sealed, &sender.identity);
        let request = ShareKeyRequest::new(&sender.id, scope.fingerprint, &sealed, Vec::new());
        let body = sign_body(&sender.identity, &request).unwrap();
        let path = site.environment(environment, "/key/envelopes");
        let (status, answer) = site.post_text(&path, body).await;
        assert!(status < 300, "{status} {answer}");
    }
    assert_eq!(
        disclosed_signers(&seeing, &production).await,
        [sender.identity.kid()]
    );
    // An audit names the environments, until another device has sealed a new key.
    let pointed_out = || {
        let told = site.run(&["audit", "--json"], "");
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
        let all = told["findings"].as_array().unwrap().iter();
        let of_signer = all.filter(|it| it["kind"] == "disclosed-signer");
        let mut named: Vec<String> = of_signer
            .map(|it| it["environment"].as_str().unwrap().to_owned())
            .collect();
        named.sort();
        named
    };
    assert_eq!(pointed_out(), ["production", "staging"]);
    let renewed = site.run(&["renew-key", "--env", "production", "--no-runner-check"], "");
    assert!(renewed.status.success(), "{}", testkit::said(&renewed));
    let left = pointed_out();
    assert!(!left.contains(&"production".to_owned()), "{left:?}");
}

#[tokio::test]
async fn a_key_that_does_not_say_what_it_is_for_is_sealed_anew_after_a_yes() {
    let site = TestWorkspace::start().await;
    let runner = Secrets::of(&site.issue("staging", "known-ci").await);
    site.unname("staging").await;
    let (context, place) = (&site.context, site.place("staging").await);
    let unnamed = Problem::Open(OpenError::Unnamed);
    assert_eq!(key_access(context, &place).await, Err(unnamed.clone()));
    assert_eq!(
        reshare(context, &place, MissingKey::Refuse, &silent).await,
        Err(unnamed.clone())
    );
    let name_alone = Accepted {
        former_name: Some(EnvironmentName::new("staging")),
        unnamed: false,
    };
    let refused = reshare_accepting(context, &place, MissingKey::Refuse, &name_alone, &silent).await;
    assert_eq!(refused, Err(unnamed), "that is another yes");

    let yes = Accepted {
        unnamed: true,
        ..Accepted::default()
    };
    let shared = reshare_accepting(context, &place, MissingKey::Refuse, &yes, &silent).await;
    assert!(shared.is_ok_and(|recipients| recipients > 1));
    assert!(key_access(context, &place).await.is_ok());
    assert!(site.pull(&runner).await.is_ok());
}

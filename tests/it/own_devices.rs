//! The user's own devices: looked at, revoked, their records deleted; and nothing is told before the server says so.

use client::{ApiAddress, Client};
use model::Problem;
use protocol::DeviceStatus;
use service::{Context, devices};
use testkit::{Endpoint, Fault, FaultProxy, TestWorkspace, assert_code, said};

/// What the owner does through a proxy.
fn through(site: &TestWorkspace, proxy: &FaultProxy) -> Context {
    let address = ApiAddress::parse(&proxy.url).unwrap();
    Context::new(Client::new(address, &site.local().access_token).unwrap(), None)
}

async fn status(site: &TestWorkspace, name: &str) -> Option<DeviceStatus> {
    let own = devices::own(&site.context).await.unwrap();
    let found = own.list.into_iter().find(|it| it.device.label() == name);
    found.map(|it| it.device.status)
}

#[tokio::test]
async fn a_device_is_revoked_and_then_its_record_is_deleted() {
    let site = TestWorkspace::start().await;
    let (id, _) = site.register_device("old laptop").await;
    let own = devices::own(&site.context).await.unwrap();
    let clients: Vec<_> = own.list.iter().map(|it| it.client.as_deref()).collect();
    assert_eq!(clients, [Some("cli"), Some("desktop")], "the newest first");

    let active = devices::delete(&site.context, &id).await.unwrap_err();
    assert_eq!(active.call().unwrap().status(), Some(409));
    devices::revoke(&site.context, &id).await.unwrap();
    assert!(matches!(
        status(&site, "old laptop").await,
        Some(DeviceStatus::Revoked { at: Some(_) })
    ));
    devices::delete(&site.context, &id).await.unwrap();
    assert_eq!(status(&site, "old laptop").await, None);
    devices::delete(&site.context, &id)
        .await
        .expect("what is gone is deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_before_the_server_says_so() {
    let site = TestWorkspace::start().await;
    let (id, _) = site.register_device("old laptop").await;
    let ending: &'static str = format!("/devices/{id}").leak();
    let endpoint = Endpoint {
        method: "DELETE",
        ending,
        from: 1,
    };
    let taken = Fault::Status(200, "", r#"{"data":null,"meta":{"success":true}}"#);
    let proxy = FaultProxy::at(site.running.address(), endpoint, taken);
    let revoked = devices::revoke(&through(&site, &proxy), &id).await;
    assert_eq!(revoked, Err(Problem::NotDone), "it was not asked");

    // An answer that is lost on its way back is looked up.
    let proxy = FaultProxy::at(site.running.address(), endpoint, Fault::LostAfter);
    assert_eq!(devices::revoke(&through(&site, &proxy), &id).await, Ok(()));
    assert!(proxy.fired());
    // One on its way there is not taken for the server's.
    let (id, _) = site.register_device("another").await;
    let endpoint = Endpoint {
        ending: format!("/devices/{id}").leak(),
        ..endpoint
    };
    let proxy = FaultProxy::at(site.running.address(), endpoint, Fault::LostBefore);
    let lost = devices::revoke(&through(&site, &proxy), &id).await.unwrap_err();
    assert!(lost.may_have_happened(), "{lost:?}");
    assert_eq!(status(&site, "another").await, Some(DeviceStatus::Active));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_do_the_same_and_spare_this_machine() {
    let site = TestWorkspace::start().await;
    let (id, _) = site.register_device("old laptop").await;
    let run = |arguments: &[&str]| site.run(arguments, "");
    let listed = run(&["devices", "--json"]);
    assert_code(&listed, 0);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[1]["this_machine"], true);
    assert_eq!(listed[0]["id"], id.as_str());
    assert_eq!(
        (&listed[0]["client"], &listed[0]["status"]),
        (&"cli".into(), &"active".into())
    );
    let own = listed[1]["id"].as_str().unwrap();
    let refused = run(&["devices", "revoke", id.as_str(), own]);
    assert_code(&refused, 2);
    assert!(said(&refused).contains("is this machine."), "{}", said(&refused));
    assert_eq!(status(&site, "old laptop").await, Some(DeviceStatus::Active));
    assert_code(&run(&["devices", "revoke", "nobody"]), 2);
    assert_code(&run(&["devices", "delete", id.as_str()]), 3);
    assert_code(&run(&["devices", "revoke", id.as_str()]), 0);
    assert_code(&run(&["devices", "delete", id.as_str()]), 0);
    assert_eq!(status(&site, "old laptop").await, None);
}

//! Who one is in an organisation, and whom commands tell to ask.

use protocol::{RequestReason, Role};
use service::{Context, fulfillable};
use testkit::{TestWorkspace, assert_code, said};

#[tokio::test(flavor = "multi_thread")]
async fn the_own_role_and_the_admins_are_read_from_the_members() {
    let site = TestWorkspace::start().await;
    let organization = &site.local().organization_id;
    let own = service::membership(&site.context, organization).await.unwrap();
    assert_eq!(own.role, Some(Role::Admin));
    assert_eq!(own.admins, [] as [&str; 0], "one does not ask oneself");
    for (role, expected, name) in [
        ("developer", Role::Developer, "Mara Lindqvist"),
        ("developer_read_only", Role::ReadOnly, "Jonas Berg"),
        ("auditor", Role::Auditor, "Priya Nair"),
    ] {
        let token = protocol::secret::AccessToken::new(site.session_of(role));
        let server = service::Server::at(&site.running.api_url(), &token).unwrap();
        let context = service::Context::new(server, None);
        let found = service::membership(&context, organization).await.unwrap();
        assert_eq!(found.role, Some(expected));
        assert_eq!(found.person.as_deref(), Some(name));
        assert_eq!(found.admins, ["Sam Rivera"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_name_the_admins_to_somebody_who_is_none() {
    let site = TestWorkspace::start().await;
    let developer = site.session_of("developer");
    let variables = [("GHOSTABLE_TOKEN", developer.as_str())];
    for command in [
        &["list", "--env", "production"][..],
        &["revoke", "--env", "production", "production-ci"],
    ] {
        let output = site.run_at(&site.running.api_url(), command, "", &variables);
        assert_code(&output, 3);
        let said = said(&output);
        assert!(
            said.contains("Only admins of the organisation see its deploy tokens"),
            "{said}"
        );
        assert!(said.contains("Ask Sam Rivera, an admin of Northwind."), "{said}");
    }
}

#[tokio::test]
async fn who_waits_for_a_key_that_this_device_lacks_is_seen_apart() {
    let site = TestWorkspace::start().await;
    let waiting = site.another_device("new laptop").await;
    site.another_device("new phone").await;
    let asked = fulfillable(&waiting).await.unwrap();
    assert_eq!(asked.requests.count(), 0, "it waits itself");
    assert_eq!(asked.lacking.len(), 5);
    for request in &asked.lacking {
        assert_eq!(request.device_label.as_deref(), Some("new phone"));
        assert_eq!(request.reason, Some(RequestReason::DeviceLink));
    }
    let unlinked = Context::new(site.client.clone(), None);
    let asked = fulfillable(&unlinked).await.unwrap();
    assert_eq!((asked.requests.count(), asked.lacking.len()), (0, 10));
    let asked = fulfillable(&site.context).await.unwrap();
    assert_eq!((asked.requests.count(), asked.lacking.len()), (10, 0));
}

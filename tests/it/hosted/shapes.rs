//! What a server says has a shape: an id leads no request elsewhere, and nothing ends a line, a header or a block.

use axum::http::Method;
use model::{CiTokenOutcome, Problem};
use protocol::token::FindError;
use protocol::{DeployTokenId, TokenEntry, TokenName};
use serde_json::{Value, json};
use testkit::silent;

use super::stand_in::{StandIn, device, environment, place, recipient, sealed, token};

/// Ids that would be something else in a path, and one that is too long for any.
fn odd_ids() -> Vec<String> {
    let odd = [
        "..",
        ".",
        "../t1",
        "t1/revoke?",
        "%2e%2e",
        "t1%2frevoke",
        "t1#",
        "t 1",
        "t1\r\nx: y",
        "\u{202e}1t",
    ];
    let odd = odd.into_iter().map(str::to_owned);
    odd.chain([String::new(), "x".repeat(129)]).collect()
}

#[tokio::test]
async fn an_entry_whose_id_would_lead_elsewhere_cannot_be_read_and_hides_no_other() {
    for id in odd_ids() {
        let site = StandIn::start().await;
        token(&site, "t1", "active");
        site.change(|it| {
            let mut odd = it.tokens[0].clone();
            odd["id"] = json!(id);
            it.tokens.insert(0, odd);
            let mut odd = environment("e2", "odd");
            odd["id"] = json!(id);
            it.environments.push(odd);
        });
        let context = site.context(None);
        let entries = service::list(&context, &place()).await.unwrap();
        assert!(
            matches!(&entries[0], TokenEntry::Malformed(it) if it.missing == "id"),
            "{id:?}"
        );
        assert!(entries[1].token().is_some());
        let refused = service::revoke(&context, &place(), &id, &silent).await;
        assert_eq!(
            refused.unwrap_err(),
            Problem::Find(FindError::Unknown(id.clone())),
            "{id:?}"
        );
        assert_eq!(site.change(|it| it.posted.len()), 0, "{id:?}");
        let listed = service::environments(&context, &place().project).await.unwrap();
        assert_eq!((listed.list.len(), listed.unreadable.len()), (1, 1), "{id:?}");
        // Whoever types it, or has it from elsewhere, is stopped before anything is sent.
        let by_hand = client_of(&site)
            .revoke_token(&place().project, &DeployTokenId::new(id.as_str()))
            .await;
        let error = by_hand.unwrap_err();
        let is_dots = id.bytes().all(|byte| byte == b'.');
        assert_eq!(error.was_not_sent(), is_dots, "{id:?}: {error:?}");
        let inside = "/projects/p1/deploy-tokens/";
        assert!(
            site.change(|it| it.posted.iter().all(|(path, _)| path.starts_with(inside))),
            "{id:?}"
        );
    }
}

fn client_of(site: &StandIn) -> client::Client {
    let address = client::ApiAddress::parse(&site.url()).unwrap();
    let token = protocol::secret::AccessToken::new("person".to_owned());
    client::Client::new(address, &token).unwrap()
}

#[tokio::test]
async fn an_environment_whose_name_would_lead_elsewhere_cannot_be_read() {
    let site = StandIn::start().await;
    for name in ["..", "a/b", "a%2fb", "a?b", "a#b", "a\nb", ""] {
        site.change(|it| it.environments = vec![environment("e1", "preview"), environment("e2", name)]);
        let listed = service::environments(&site.context(None), &place().project)
            .await
            .unwrap();
        assert_eq!((listed.list.len(), listed.unreadable.len()), (1, 1), "{name:?}");
    }
}

#[tokio::test]
async fn a_name_that_would_move_the_terminal_is_not_told() {
    let site = StandIn::start().await;
    token(&site, "t1", "active");
    for name in [
        "\u{1b}[2Jgone",
        "two\nlines",
        "\u{202e}txt.exe",
        &"x".repeat(5000),
    ] {
        site.change(|it| it.tokens[0]["attributes"]["name"] = json!(name));
        let entries = service::list(&site.context(None), &place()).await.unwrap();
        let token = entries[0].token().unwrap();
        assert_eq!(
            (token.name.as_str(), token.lacks()),
            ("t1", vec!["name"]),
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn a_ci_token_that_would_end_its_line_is_none() {
    for odd in [
        "019c|87654321\nLD_PRELOAD=/tmp/x.so",
        "019c|8765 4321",
        "019c|8765432\u{e9}",
        "",
    ] {
        let site = StandIn::start().await;
        let own = device(&site, "d1");
        site.change(|it| it.key = sealed(&own, "preview", &[recipient(&own)]));
        let record = |it: &Value| {
            json!({"type": "deployment", "id": "new", "attributes": {"name": "new", "environment_id": "e1",
                "public_key": it["public_key"], "status": "active", "created_at": "2026-01-01T00:00:00Z"}})
        };
        let answer = json!({"data": record(&json!({"public_key": "AAAA"})),
            "meta": {"secret": odd, "api_token": {"plain_text": odd, "id": "c", "name": "new"}}});
        site.instead(Method::POST, "/deploy-tokens", 201, answer);
        let name = TokenName::parse("new").unwrap();
        let issued = service::create(&site.context(Some(own)), &place(), &name, &silent)
            .await
            .unwrap();
        assert!(
            matches!(issued.issuance.ci_token, CiTokenOutcome::Missing),
            "{odd:?}"
        );
    }
}

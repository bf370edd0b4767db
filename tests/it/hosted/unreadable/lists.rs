//! No entry of a list hides another, in services and commands.

use axum::http::Method;
use model::{ListOf, Unlisted};
use serde_json::{Value, json};
use service::{directory, fulfillable, revocation};
use testkit::{assert_code, said};

use super::super::stand_in::{StandIn, device, place, request};
use super::{Scene, members, variations, vary};

/// Each member of the first entry of a list varied, with a good one after it.
async fn varied_list(
    ending: &'static str,
    entry: Value,
    good: Value,
    inside: Option<&'static str>,
    mut check: impl AsyncFnMut(&StandIn, &str),
) {
    for member in members(&entry, inside) {
        for (what, to) in variations() {
            let scene = Scene::begin().await;
            let mut broken = entry.clone();
            vary(&mut broken, &member, to.as_ref());
            let list = json!({"data": [broken, 7, good], "meta": {"count": 3}});
            scene.site.instead(Method::GET, ending, 200, list);
            check(&scene.site, &format!("{member:?} is {what}")).await;
        }
    }
}

/// Which entries of which list are told of as unreadable.
fn told(unlisted: &[Unlisted], wanted: impl Fn(&ListOf) -> bool) -> Vec<usize> {
    let of = unlisted.iter().filter_map(|gap| match gap {
        Unlisted::Entries { of, entries } if wanted(of) => Some(entries),
        _ => None,
    });
    of.flatten().map(|it| it.position).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_entry_of_the_directory_hides_another() {
    let of = |id: &str, more: Value| {
        let mut entry = json!({"id": id, "name": format!("Name of {id}"), "slug": id,
            "created_at": "2026-01-01T00:00:00+00:00", "updated_at": "2026-01-01T00:00:00+00:00"});
        entry
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        entry
    };
    let (o1, o2) = (of("o1", json!({})), of("o2", json!({})));
    varied_list("/organizations", o1, o2, None, async |site, case| {
        let found = directory(&site.context(None)).await.unwrap();
        assert!(found.projects.iter().any(|it| it.id.as_str() == "p1"), "{case}");
        let unread = told(&found.unlisted, |of| *of == ListOf::Organizations);
        let is_named = found.organizations.len() == 2 || unread == [1, 2];
        assert!(is_named && unread.ends_with(&[2]), "{case}: {unread:?}");
    })
    .await;
    let project = json!({"organization_id": "o2", "deployment_provider": "other", "environments": []});
    let (p0, p1) = (of("p0", project.clone()), of("p1", project));
    varied_list("/organizations/o2/projects", p0, p1, None, async |site, case| {
        let found = directory(&site.context(None)).await.unwrap();
        assert!(found.projects.iter().any(|it| it.id.as_str() == "p1"), "{case}");
        let unread = told(&found.unlisted, |of| matches!(of, ListOf::Projects(_)));
        let is_named = found.projects.len() == 2 || unread == [1, 2];
        assert!(is_named && unread.ends_with(&[2]), "{case}: {unread:?}");
    })
    .await;
    let environment = json!({"type": "staging", "file_format": "env"});
    let (e0, mut e1) = (of("e0", environment.clone()), of("e1", environment));
    e1["name"] = json!("preview");
    varied_list("/p1/environments", e0, e1, None, async |site, case| {
        let context = site.context(None);
        let place = service::find_environment(&context, &place().project, "preview")
            .await
            .unwrap();
        assert_eq!(place.environment.id.as_str(), "e1", "{case}");
        let listed = service::environments(&context, &place.project).await.unwrap();
        assert_eq!(listed.list.len() + listed.unreadable.len(), 3, "{case}");
        // Its tokens are found and can be ended all the same.
        let found = revocation::survey(&context).await.unwrap();
        assert_eq!(found.active.len(), 2, "{case}");
        let unread = told(&found.unlisted, |of| matches!(of, ListOf::Environments(_)));
        assert_eq!(unread.len(), listed.unreadable.len(), "{case}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_hides_another() {
    let (broken, good) = (request("d9"), request("d2"));
    for inside in ["attributes", "relationships"] {
        let ending = "/o2/key-reshare-requests";
        varied_list(
            ending,
            broken.clone(),
            good.clone(),
            Some(inside),
            async |site, case| {
                let own = device(site, "d1");
                let asked = fulfillable(&site.context(Some(own))).await.unwrap().requests;
                assert!(asked.list.iter().any(|it| it.device.as_str() == "d2"), "{case}");
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_list_every_token_with_an_id_and_say_what_it_lacks() {
    let entry = Scene::begin().await.site.change(|it| it.tokens[1].clone());
    for member in members(&entry, Some("attributes")) {
        for to in [Value::Null, json!(["x"])] {
            let case = format!("{member:?} is {to}");
            let scene = Scene::begin().await;
            scene
                .site
                .change(|it| vary(&mut it.tokens[1], &member, Some(&to)));
            let output = scene.site.run(&["list", "--env", "preview", "--json"]).await;
            assert_code(&output, 0);
            let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
            let ids: Vec<&Value> = listed.as_array().unwrap().iter().map(|it| &it["id"]).collect();
            if member.inside.is_none() && member.name == "id" {
                assert_eq!(ids, ["t1"], "{case}");
                assert!(
                    said(&output).contains("entry 2 (“ci t2”, without “id”)"),
                    "{case}: {}",
                    said(&output)
                );
                continue;
            }
            assert_eq!(ids, ["t1", "t2"], "{case}");
            let needed = ["name", "status", "public_key"].contains(&member.name.as_str());
            if needed {
                assert_eq!(listed[1]["unreadable"], json!([member.name]), "{case}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_all_says_all_of_no_list_that_has_an_entry_without_an_id() {
    let scene = Scene::begin().await;
    scene.site.change(|it| it.tokens[1]["id"] = Value::Null);
    for whose in [["--env", "preview"].as_slice(), &["--everywhere"]] {
        let arguments = [&["revoke"], whose, &["--all", "--yes"]].concat();
        let output = scene.site.run(&arguments).await;
        let said = said(&output);
        assert_code(&output, if whose.len() == 2 { 5 } else { 1 });
        assert!(said.contains("entry 2 (“ci t2”, without “id”)"), "{said}");
        assert!(!said.contains("All"), "{said}");
    }
}

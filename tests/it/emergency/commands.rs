//! revoke --all, find: as a person and a script meet them.

use model::{CI_TOKEN_VARIABLE, SEED_VARIABLE};
use serde_json::Value;
use service::{MissingKey, revocation};

use testkit::{Runs, TestWorkspace, assert_code, said};
use testkit::{Secrets, silent};

#[tokio::test(flavor = "multi_thread")]
async fn everything_everywhere_ends_and_devices_and_new_tokens_still_decrypt() {
    let site = TestWorkspace::start().await;
    let production = site.issue("production", "leaked-production").await;
    let staging = site.issue("staging", "leaked-staging").await;
    let colleague = site.another_device("colleague").await;
    for environment in ["production", "staging"] {
        let place = site.place(environment).await;
        service::reshare(&site.context, &place, MissingKey::Refuse, &silent)
            .await
            .unwrap();
    }
    let active = site.active().await.len();
    assert!(active >= 12, "{active}");
    let report = site.folder.path().join("report.md");
    let report = report.to_str().unwrap();
    let output = site.run(
        &["revoke", "--everywhere", "--all", "--yes", "--report", report],
        "",
    );
    assert_code(&output, 0);
    let told = said(&output);
    assert!(
        told.contains(&format!("All {active} tokens are refused by the server.")),
        "{told}"
    );
    assert_eq!(site.active().await.len(), 0);
    assert_eq!(site.runs(&production).await, Runs::Refused);
    assert_eq!(site.runs(&staging).await, Runs::Refused);
    for environment in ["production", "staging"] {
        let place = site.place(environment).await;
        for device in [&site.context, &colleague] {
            service::key_access(device, &place).await.unwrap();
        }
    }
    let later = site.issue("production", "later").await;
    assert_eq!(site.runs(&later).await, Runs::Decrypts);

    let written = std::fs::read_to_string(report).unwrap();
    for part in [
        "leaked-production",
        "Billing / staging",
        "DB_PASSWORD",
        "Sam Rivera",
        "What to do next",
    ] {
        assert!(written.contains(part), "no {part} in {written}");
    }
    let secrets = Secrets::of(&production);
    let seed = secrets.seed.to_base64();
    for secret in [secrets.ci_token.expose(), seed.expose(), "plover-hinge-4471"] {
        assert!(
            !written.contains(secret) && !told.contains(secret),
            "a secret or a value is told"
        );
    }
    let again = site.run(
        &["revoke", "--everywhere", "--all", "--yes", "--report", report],
        "",
    );
    assert_code(&again, 2);
    assert_eq!(
        site.active().await.len(),
        1,
        "a report that cannot be written is said before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_environment_ends_after_it_was_typed_and_the_others_still_decrypt() {
    let site = TestWorkspace::start().await;
    let leaked = site.issue("production", "leaked").await;
    let other = site.issue("staging", "other").await;
    let count = site
        .active()
        .await
        .iter()
        .filter(|it| it.environment.name.as_str() == "production" && it.project_name == "Storefront")
        .count();
    for typed in ["", "yes\n", "revoke 1 token\n"] {
        let refused = site.run(&["revoke", "--env", "production", "--all"], typed);
        assert_code(&refused, 2);
        assert!(said(&refused).contains("nothing was changed"));
    }
    assert_eq!(site.runs(&leaked).await, Runs::Decrypts);
    let typed = format!("revoke {count} tokens\n");
    assert_code(&site.run(&["revoke", "--env", "production", "--all"], &typed), 0);
    assert_eq!(site.runs(&leaked).await, Runs::Refused);
    assert_eq!(site.runs(&other).await, Runs::Decrypts);
    let left = site.active().await;
    assert!(
        !left.is_empty()
            && left
                .iter()
                .all(|it| it.environment.name.as_str() != "production" || it.project_name == "Billing")
    );
    let again = site.run(&["revoke", "--env", "production", "--all"], "");
    assert_code(&again, 0);
    assert!(said(&again).contains("no active"), "{}", said(&again));
}

#[test]
fn wrong_uses_are_refused() {
    for arguments in [
        &["revoke", "--all"][..],
        &["revoke", "--everywhere"],
        &["revoke", "--everywhere", "x"],
        &["revoke", "--env", "production"],
        &["revoke", "--env", "production", "--all", "x"],
        &["revoke", "--env", "production", "x", "--yes"],
        &["revoke", "--env", "production", "--everywhere", "--all"],
        &[
            "--local",
            "--project",
            "Billing",
            "revoke",
            "--everywhere",
            "--all",
            "--yes",
        ],
        &["resume"],
    ] {
        let output = testkit::run_program(arguments, &[]);
        assert_code(&output, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_block_names_its_token_by_either_half() {
    let site = TestWorkspace::start().await;
    let issued = site.issue("staging", "whose-is-it").await;
    let secrets = Secrets::of(&issued);
    let (token, seed) = (secrets.ci_token.expose(), secrets.seed.to_base64());
    let token_line = format!("{CI_TOKEN_VARIABLE}={token}\n");
    let seed_line = format!("{SEED_VARIABLE}={}\n", seed.expose());
    let find = |block: &str| -> (Value, String) {
        let output = site.run(&["find", "--json"], block);
        assert_code(&output, 0);
        let told = said(&output);
        assert!(!told.contains(token) && !told.contains(seed.expose()), "{told}");
        (serde_json::from_slice(&output.stdout).unwrap(), told)
    };
    for (block, by_seed, by_suffix) in [
        (format!("{token_line}{seed_line}"), true, true),
        (token_line.clone(), false, true),
        (seed_line.clone(), true, false),
        (seed.expose().to_owned(), true, false),
    ] {
        let (found, _) = find(&block);
        let first = &found["found"][0];
        assert_eq!(first["id"], issued.issuance.token.id.as_str());
        assert_eq!(
            (&first["project"], &first["environment"]),
            (&"Storefront".into(), &"staging".into())
        );
        assert_eq!(
            (first["by_seed"].as_bool(), first["by_ci_token_suffix"].as_bool()),
            (Some(by_seed), Some(by_suffix))
        );
    }
    let person = site.run(&["find"], &token_line);
    assert_code(&person, 0);
    assert!(
        said(&person).contains("revoke --env staging"),
        "{}",
        said(&person)
    );

    service::revoke(
        &site.context,
        &site.place("staging").await,
        issued.issuance.token.id.as_str(),
        &silent,
    )
    .await
    .unwrap();
    assert_eq!(find(&seed_line).0["found"][0]["status"], "revoked");

    let nobodys = format!("{}{}", &token[..token.len() - 8], "AAAA0000");
    for (leak, what) in [
        (
            format!("{CI_TOKEN_VARIABLE}={nobodys}\n"),
            "The server refuses its CI token",
        ),
        (
            format!("{CI_TOKEN_VARIABLE}={}\n", &nobodys[..60]),
            "nothing can be said about it",
        ),
        (
            format!("{CI_TOKEN_VARIABLE}=gtok_of_nobody_at_all1\n"),
            "nothing can be said about it",
        ),
        (
            format!("{CI_TOKEN_VARIABLE}=***\n"),
            "nothing can be said about it",
        ),
        (
            format!("{}\n{}\n", &nobodys[..60], &nobodys[60..]),
            "nothing can be said about it",
        ),
    ] {
        let output = site.run(&["find"], &leak);
        assert_code(&output, 1);
        assert!(said(&output).contains(what), "{leak}: {}", said(&output));
    }
    assert_code(&site.run(&["find"], "nothing of interest\n"), 2);
    assert_code(&site.run(&["find"], ""), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ci_token_of_one_and_the_seed_of_another_prove_nothing_of_the_other() {
    let site = TestWorkspace::start().await;
    let of_seed = site.issue("staging", "of-the-seed").await;
    let of_token = site.issue("production", "of-the-token").await;
    let (of_token_secrets, of_seed_secrets) = (Secrets::of(&of_token), Secrets::of(&of_seed));
    let seed = of_seed_secrets.seed.to_base64();
    let block = format!(
        "{CI_TOKEN_VARIABLE}={}\n{SEED_VARIABLE}={}\n",
        of_token_secrets.ci_token.expose(),
        seed.expose()
    );
    let leak = revocation::Leak::read(block.as_bytes()).unwrap();
    let search = revocation::find(&site.context, &leak).await.unwrap();
    let found = search.tokens();
    assert!(
        search.ci_token_of(&found[0]).is_none(),
        "the seed's token had another one"
    );
    assert!(search.ci_token_of(&found[1]).is_some());
    let mut proven: Vec<_> = found
        .iter()
        .map(|it| (it.placed.token.id.clone(), it.has_the_ci_token()))
        .collect();
    assert_eq!(
        proven,
        [
            (of_seed.issuance.token.id.clone(), false),
            (of_token.issuance.token.id.clone(), true)
        ],
        "its suffix is another's"
    );
    // A server that shows no suffix.
    proven.clear();
    for mut it in found {
        it.placed.token.ci_token_suffix = None;
        it.by_suffix = false;
        proven.push((it.placed.token.id.clone(), it.has_the_ci_token()));
    }
    assert_eq!(
        proven,
        [
            (of_seed.issuance.token.id, true),
            (of_token.issuance.token.id, false)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_device_everything_ends_and_the_key_is_told_to_be_sealed_later() {
    let site = TestWorkspace::start().await;
    let leaked = site.issue("production", "leaked").await;
    let output = site.run_unlinked(&["revoke", "--everywhere", "--all", "--yes"]);
    assert_code(&output, 5);
    assert!(
        said(&output).contains("not linked as a device"),
        "{}",
        said(&output)
    );
    assert_eq!(site.runs(&leaked).await, Runs::Refused);
    assert_eq!(site.active().await.len(), 0);
}

/// A live token is never called anything else, whatever it leaked in: the shapes that were once missed.
#[tokio::test(flavor = "multi_thread")]
async fn a_live_token_is_found_in_whatever_it_leaked() {
    use base64::Engine as _;
    let site = TestWorkspace::start().await;
    let issued = site.issue("production", "leaked-ci").await;
    let secrets = Secrets::of(&issued);
    let (token, seed) = (secrets.ci_token.expose(), secrets.seed.to_base64());
    let seed = seed.expose();
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let json = serde_json::json!({"ci_token": token, "deploy_seed": seed}).to_string();
    for leak in [
        json.clone(),
        serde_json::json!({"message": json}).to_string(),
        format!("data:\n  GHOSTABLE_CI_TOKEN: {}\n", base64(token)),
        format!("GHOSTABLE_CI_TOKEN={token}\nGHOSTABLE_CI_TOKEN=***\n"),
        format!("'GHOSTABLE_CI_TOKEN' => '{token}',"),
        format!("GHOSTABLE_CI_TOKEN := {token}"),
        format!("${{GHOSTABLE_CI_TOKEN:-{token}}}"),
        format!("GET /hook?token={}", token.replace('|', "%7C")),
        format!(
            "\x1b[32mGHOSTABLE_CI_TOKEN\x1b[0m=\x1b[33m{}\x1b[36m{}",
            &token[..9],
            &token[9..]
        ),
        format!("{}\n{}\n", &token[..50], &token[50..]),
        format!("GHOSTABLE_CI_TOKEN={}\n", &token[60..]),
        format!("keypair: {seed}"),
    ] {
        let output = site.run(&["find", "--json"], &leak);
        assert_code(&output, 0);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let is_it = found["found"][0]["id"] == issued.issuance.token.id.as_str();
        assert!(
            is_it && found["found"][0]["status"] == "active",
            "{leak}: {found}"
        );
        assert!(!said(&output).contains(token) && !said(&output).contains(seed));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_the_history_of_a_repository_are_looked_through() {
    let site = TestWorkspace::start().await;
    let issued = site.issue("production", "pushed-ci").await;
    let secrets = Secrets::of(&issued);
    let token = secrets.ci_token.expose();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let git = |arguments: &[&str]| {
        let identity = [
            "-c",
            "user.name=Sam",
            "-c",
            "user.email=sam@example.com",
            "-c",
            "commit.gpgsign=false",
        ];
        let done = std::process::Command::new("git")
            .arg("-C")
            .arg(folder.path())
            .args(identity)
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", said(&done));
    };
    git(&["init", "--quiet"]);
    std::fs::write(file("build.log"), format!("one\ntwo\nexport T={token}\n")).unwrap();
    std::fs::write(file("notes.txt"), "nothing of interest\n").unwrap();
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "oops"]);
    let in_files = site.run(&["find", &file("notes.txt"), &file("build.log"), "--json"], "");
    assert_code(&in_files, 0);
    let found: Value = serde_json::from_slice(&in_files.stdout).unwrap();
    let place = &found["sightings"][0];
    assert_eq!(place["source"], file("build.log").as_str());
    assert_eq!((&place["line"], &place["what"]), (&3.into(), &"ci-token".into()));

    // Taken out again, it is in the history all the same.
    std::fs::write(file("build.log"), "one\n").unwrap();
    git(&["commit", "--quiet", "-a", "-m", "taken out"]);
    let clean = site.run(&["find", &file("build.log"), "--json"], "");
    assert_code(&clean, 1);
    let found: Value = serde_json::from_slice(&clean.stdout).unwrap();
    assert_eq!(
        (&found["found"], &found["sightings"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
    let repository = folder.path().display().to_string();
    let in_history = site.run(&["find", "--git", &repository], "");
    assert_code(&in_history, 0);
    let told = said(&in_history);
    assert!(told.contains(":build.log:3: a CI token, of pushed-ci"), "{told}");
    assert!(!told.contains(token));

    assert_code(&site.run(&["find", &file("missing")], ""), 2);
    let none = tempfile::tempdir().unwrap();
    let no_repository = site.run(&["find", "--git", &none.path().display().to_string()], "");
    assert_code(&no_repository, 2);
    assert!(
        said(&no_repository).contains("cannot be read"),
        "{}",
        said(&no_repository)
    );
}

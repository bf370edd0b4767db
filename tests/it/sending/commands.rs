//! The commands, with stand-ins of the tools.

use std::process::Output;

use super::tools::Tools;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use testkit::{Shell, assert_code, said};

/// A shell whose tools are these.
struct Scene {
    shell: Shell,
    tools: Tools,
}

impl Scene {
    fn new(tools: &[&str]) -> Self {
        Self {
            shell: Shell::new(),
            tools: Tools::new(tools),
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let environment = [
            ("PATH", self.tools.as_path()),
            ("GHOSTABLE_CI_TOKEN", "kept-from-tools-1".to_owned()),
        ];
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.shell.run_with(arguments, &environment)
    }

    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_code(&output, 0);
        said(&output)
    }

    fn create(&self, name: &str, destination: &str) -> Output {
        self.run(&[
            "create",
            "--env",
            "production",
            "--name",
            name,
            "--no-verify",
            "--send",
            destination,
        ])
    }

    /// The values that came in, in their order.
    fn got(&self) -> Vec<String> {
        let noted = self.tools.noted("got");
        noted
            .split_terminator(">\n")
            .map(|it| it.trim_start_matches('<').to_owned())
            .filter(|it| !it.is_empty())
            .collect()
    }

    /// Nothing that was given to a tool is where others can see it, nor in what was printed.
    #[track_caller]
    fn assert_hidden(&self, printed: &str) {
        let visible = self.tools.noted("visible");
        assert!(visible.contains("PATH="), "something was looked at");
        assert!(
            !visible.contains("kept-from-tools"),
            "no variable of ours is handed on"
        );
        let secrets = self.got().join("\n");
        for secret in secrets.split(|c: char| !c.is_ascii_alphanumeric()) {
            if secret.len() >= 16 && !secret.starts_with("GHOSTABLE") {
                assert!(!visible.contains(secret), "{secret} is visible");
                assert!(!printed.contains(secret), "{secret} was printed: {printed}");
            }
        }
    }
}

/// Both values, in the shape that each tool takes.
#[test]
fn each_kind_gets_its_values_on_standard_input_alone() {
    for (tool, destination, last) in [
        (
            "gh",
            "github:northwind/storefront@production",
            "secret list --repo=northwind/storefront --env=production",
        ),
        (
            "glab",
            "gitlab:northwind/storefront@production",
            "variable list --repo=northwind/storefront",
        ),
        (
            "kubectl",
            "kubernetes:storefront/ghostable",
            "get secret ghostable --no-headers --namespace=storefront",
        ),
        ("vercel", "vercel:/tmp@production", "env ls production --cwd=/tmp"),
        (
            "wrangler",
            "cloudflare:storefront@production",
            "secret list --name=storefront --env=production",
        ),
        ("flyctl", "fly:storefront", "secrets list --app=storefront"),
        (
            "cloud",
            "laravel-cloud:env-9d2a7c51",
            "env:push env-9d2a7c51 --file=/dev/stdin --force --no-interaction",
        ),
        (
            "op",
            "1password:Team/Storefront production",
            "item get Storefront production --vault=Team",
        ),
        (
            "aws",
            "aws:storefront/production",
            "secretsmanager describe-secret --secret-id=storefront/production --query=LastChangedDate --output=text",
        ),
        (
            "gcloud",
            "gcp:storefront@northwind",
            "secrets versions list storefront --limit=1 --format=value(name,createTime) --quiet --project=northwind",
        ),
    ] {
        let scene = Scene::new(&[tool]);
        scene.tools.list("GHOSTABLE_CI_TOKEN today\n");
        let output = scene.create("sent-ci", destination);
        assert_code(&output, 0);
        let printed = said(&output);
        assert!(output.stdout.is_empty(), "nothing is printed: {printed}");
        assert!(printed.contains(&scene.tools.path().join(tool).display().to_string()));
        let got = scene.got();
        let all = got.join("\n");
        assert!(all.contains('|') && all.contains('='), "{tool}: both are there");
        assert!(matches!(got.len(), 1 | 2), "{tool}: {}", got.len());
        if got.len() == 2 {
            assert!(
                got.iter().all(|it| !it.contains(char::is_whitespace)),
                "{tool}: nothing around them"
            );
        }
        let starts = scene.tools.said();
        assert_eq!(starts.last().unwrap(), &format!("{tool} {last}"));
        scene.assert_hidden(&printed);
    }
}

/// An item of its own, with a hidden field for each value; nothing of it is in what their tools say when they fail.
#[test]
fn password_managers_get_an_item_with_hidden_fields() {
    let vault = "bitwarden:Storefront@16b15b89-65b3-4639-ad2a-95052a6d8f66";
    for (tool, destination) in [("op", "1password:Team/Storefront"), ("bw", vault)] {
        let scene = Scene::new(&[tool]);
        assert_code(&scene.create("vault-ci", destination), 0);
        let got = scene.got().join("");
        let text = match tool {
            "bw" => String::from_utf8(STANDARD.decode(got.trim()).unwrap()).unwrap(),
            _ => got.clone(),
        };
        let item: Value = serde_json::from_str(&text).unwrap();
        let hidden = if tool == "bw" {
            &item["fields"][0]["type"]
        } else {
            &item["title"]
        };
        assert!(*hidden == 1 || *hidden == "Storefront", "{item}");
        let field = |at: usize, name: &str| {
            let field = &item["fields"][at];
            assert!(field["name"] == name || field["label"] == name, "{field}");
            field["value"].as_str().unwrap().to_owned()
        };
        let issued = serde_json::json!({
            "ci_token": field(0, "GHOSTABLE_CI_TOKEN"),
            "deploy_seed": field(1, "GHOSTABLE_DEPLOY_SEED"),
        });
        assert_eq!(scene.shell.verify(&issued), Some(0), "{tool}: the pair works");
        scene.tools.refuse("item");
        let failed = said(&scene.create("vault-2", destination));
        assert!(
            failed.contains(&format!("{tool} failed")) && failed.contains("•••"),
            "{failed}"
        );
        let got = scene.got();
        for letters in value_letters(tool, got.last().unwrap().trim()) {
            assert!(!failed.contains(&letters[..16]), "{tool}: {letters}: {failed}");
        }
    }
}

/// The letters of what a tool was given that are of a value.
fn value_letters(tool: &str, given: &str) -> Vec<String> {
    let is_encoded = tool == "bw";
    let plain = if is_encoded {
        String::from_utf8(STANDARD.decode(given).unwrap()).unwrap()
    } else {
        given.to_owned()
    };
    let item: Value = serde_json::from_str(&plain).unwrap();
    let values = item["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["value"].as_str().unwrap());
    let letters = values.map(|value| {
        let (from, to) = (
            plain.find(value).unwrap(),
            plain.find(value).unwrap() + value.len(),
        );
        let place = if is_encoded {
            (from * 8).div_ceil(6)..to * 8 / 6
        } else {
            from..to
        };
        given[place].to_owned()
    });
    letters.collect()
}

#[test]
fn what_cannot_be_sent_is_said_before_anything_is_issued() {
    let scene = Scene::new(&[]);
    let missing = scene.create("never-ci", "fly:storefront");
    assert_code(&missing, 1);
    let told = said(&missing);
    assert!(told.contains("fly is not on this machine.") && told.contains("Install the Fly command line"));
    let wrong = scene.create("never-ci", "github:");
    assert_code(&wrong, 2);
    assert!(said(&wrong).contains("northwind/storefront@production"));
    let scene = Scene::new(&["glab"]);
    scene.tools.refuse("status");
    let refused = scene.create("never-ci", "gitlab:northwind/storefront");
    assert_code(&refused, 1);
    assert!(
        said(&refused).contains("Run glab auth login in a terminal"),
        "{}",
        said(&refused)
    );
    assert_eq!(scene.tools.said(), ["glab auth status"]);
    let listed = scene.shell.list();
    assert!(listed.iter().all(|it| it["name"] != "never-ci"));
}

/// What one destination does not take stays in the journal, is not printed, and can be sent again.
#[test]
fn a_refused_value_is_kept_and_sent_again() {
    let scene = Scene::new(&["gh", "fly"]);
    scene.tools.refuse("import");
    let output = scene.run(&[
        "create",
        "--env",
        "production",
        "--name",
        "kept-ci",
        "--no-verify",
        "--send",
        "github:northwind/storefront",
        "--send",
        "fly:storefront",
    ]);
    assert_code(&output, 1);
    let printed = said(&output);
    assert!(
        printed.contains("fly failed") && printed.contains("•••"),
        "{printed}"
    );
    scene.assert_hidden(&printed);
    let pending = scene.shell.json(&["pending", "--json"]);
    assert_eq!(pending[0]["state"], "complete", "{pending}");
    let id = pending[0]["id"].as_str().unwrap().to_owned();
    scene.tools.refuse("nothing");
    let before = scene.got();
    scene.ok(&["resume", &id, "--send", "fly:storefront"]);
    let after = scene.got();
    let (first, last) = (before.join("\n"), after.last().unwrap());
    let token = last
        .lines()
        .next()
        .unwrap()
        .trim_start_matches("GHOSTABLE_CI_TOKEN=");
    assert!(first.contains(token), "it is the same value");
    assert_eq!(scene.shell.json(&["pending", "--json"]), Value::Array(Vec::new()));
    let known = scene
        .shell
        .json(&["destinations", "--env", "production", "--json"]);
    let known: Vec<_> = known
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["destination"].clone())
        .collect();
    assert_eq!(known, ["github:northwind/storefront", "fly:storefront"]);
}

/// The program is killed while a tool has one of the values: the journal has them all.
#[test]
fn a_kill_while_sending_loses_nothing() {
    let scene = Scene::new(&[]);
    scene.tools.add(
        "gh",
        "#!/bin/sh\ncase \"$*\" in *SEED*) kill -9 $PPID ;; esac\nexit 0\n",
    );
    let killed = scene.create("killed-ci", "github:northwind/storefront");
    assert_eq!(killed.status.code(), None, "{}", said(&killed));
    let pending = scene.shell.json(&["pending", "--json"]);
    assert_eq!(pending[0]["state"], "complete", "{pending}");
    let id = pending[0]["id"].as_str().unwrap();
    let issued = scene.shell.json(&["resume", id, "--json"]);
    assert_eq!(scene.shell.verify(&issued), Some(0));
}

#[test]
fn new_values_go_to_where_the_old_ones_went() {
    let scene = Scene::new(&["gh", "fly"]);
    assert_code(
        &scene.create("again-ci", "github:northwind/storefront@production"),
        0,
    );
    let first = scene.got();
    // What was never sent anywhere is said before anything is changed.
    let unknown = scene.run(&["rotate", "--env", "production", "forge-web-1", "--send-again"]);
    assert_code(&unknown, 2);
    assert!(said(&unknown).contains("Nothing was changed."));
    scene.ok(&[
        "rotate",
        "--env",
        "production",
        "again-ci",
        "--no-verify",
        "--send-again",
    ]);
    let second = scene.got();
    assert_eq!(second.len(), 4);
    assert!(
        second[2..].iter().all(|it| !first.contains(it)),
        "the values are new"
    );
    scene.ok(&[
        "replace",
        "--env",
        "production",
        "again-ci",
        "--no-verify",
        "--send-again",
    ]);
    assert_eq!(scene.got().len(), 6);
    // The successor is known to be there, too.
    let known = scene
        .shell
        .json(&["destinations", "--env", "production", "--json"]);
    assert_eq!(known.as_array().unwrap().len(), 2);
}

#[test]
fn all_that_end_soon_are_renewed_and_what_is_not_known_is_left() {
    let scene = Scene::new(&["gh"]);
    for (name, days) in [("soon-1", "8"), ("soon-2", "9"), ("later", "90")] {
        let output = scene.run(&[
            "create",
            "--env",
            "production",
            "--name",
            name,
            "--no-verify",
            "--expires-in",
            days,
            "--send",
            &format!("github:northwind/{name}"),
        ]);
        assert_code(&output, 0);
    }
    let before = scene.tools.said().len();
    let output = scene.run(&[
        "rotate",
        "--env",
        "production",
        "--ending-within",
        "20",
        "--send-again",
    ]);
    let printed = said(&output);
    let starts = scene.tools.said().split_off(before);
    for name in ["soon-1", "soon-2"] {
        let sent = format!("gh secret set GHOSTABLE_DEPLOY_SEED --repo=northwind/{name}");
        assert_eq!(starts.iter().filter(|it| **it == sent).count(), 1, "{printed}");
    }
    assert!(!starts.iter().any(|it| it.contains("later")));
    scene.assert_hidden(&printed);
}

#[test]
fn the_kinds_are_listed_with_what_they_run() {
    let scene = Scene::new(&["gh"]);
    let printed = scene.ok(&["destinations"]);
    let gh = scene.tools.path().join("gh").display().to_string();
    assert!(printed.contains(&format!("runs {gh}")), "{printed}");
    assert!(printed.contains("not there: Install the Fly command line"));
    let kinds: Value = serde_json::from_slice(&scene.run(&["destinations", "--json"]).stdout).unwrap();
    assert_eq!(kinds[0]["kind"], "github");
    assert_eq!(kinds[0]["program"], gh);
}

//! What each kind runs, and what it takes for a destination.

use super::*;
use crate::{CI_TOKEN_VARIABLE, SEED_VARIABLE};

const NAMES: [&str; 2] = [CI_TOKEN_VARIABLE, SEED_VARIABLE];

fn lines(text: &str) -> Vec<String> {
    let plan = Destination::parse(text).unwrap().plan(&NAMES).unwrap();
    let calls = plan.calls.iter().map(|call| call.arguments.join(" "));
    calls.collect()
}

#[test]
fn each_example_is_a_destination_and_reads_back() {
    for kind in KINDS {
        let text = format!("{}:{}", kind.name, kind.example);
        let destination = Destination::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(destination.to_string(), text);
        assert_eq!(
            Destination::parse(&destination.to_string()),
            Ok(destination.clone())
        );
        let plan = destination.plan(&NAMES).unwrap();
        assert!(!plan.calls.is_empty() && !plan.title.is_empty(), "{text}");
        assert_eq!(plan.program.is_some(), kind.programs.is_empty(), "{text}");
    }
}

#[test]
fn values_are_named_in_arguments_and_are_on_standard_input() {
    assert_eq!(
        lines("github:northwind/storefront@production"),
        [
            "secret set GHOSTABLE_CI_TOKEN --repo=northwind/storefront --env=production",
            "secret set GHOSTABLE_DEPLOY_SEED --repo=northwind/storefront --env=production",
        ]
    );
    assert_eq!(
        lines("github:northwind")[0],
        "secret set GHOSTABLE_CI_TOKEN --org=northwind"
    );
    assert_eq!(
        lines("gitlab:northwind/web/storefront")[1],
        "variable update GHOSTABLE_DEPLOY_SEED --repo=northwind/web/storefront --scope=* --masked --protected --raw"
    );
    assert_eq!(
        lines("command:json \"/opt/my tools/put\" --to 'two words' x"),
        ["--to two words x"]
    );
    assert_eq!(
        lines("kubernetes:storefront/ghostable@prod"),
        [
            "apply --server-side --force-conflicts --field-manager=deploy-tokens --filename=- --namespace=storefront --context=prod"
        ]
    );
    assert_eq!(
        lines("laravel-cloud:env-9d2a7c51"),
        ["env:push env-9d2a7c51 --file=/dev/stdin --force --no-interaction"]
    );
    assert_eq!(
        lines("1password:Team Vault/Storefront production"),
        ["item edit Storefront production --vault=Team Vault"]
    );
    assert_eq!(
        lines("bitwarden:me@home@16b15b89-65b3-4639-ad2a-95052a6d8f66"),
        ["edit item 16b15b89-65b3-4639-ad2a-95052a6d8f66"]
    );
}

#[test]
fn what_could_become_an_option_or_another_place_is_no_destination() {
    for text in [
        "",
        "github",
        "github:",
        "github:-R/x",
        "github:a/b/c/d",
        "github:a b/c",
        "github:a/b@",
        "github:a/../b/c",
        "gitlab:northwind",
        "gitlab:--group/x",
        "kubernetes:storefront",
        "kubernetes:Store/front",
        "vercel:storefront@production",
        "vercel:/home/me/storefront",
        "cloudflare:--name",
        "fly:two words",
        "aws:-x",
        "gcp:a/b",
        "laravel-cloud:production",
        "laravel-cloud:env-1 --replace",
        "1password:Item",
        "1password:--account/Item",
        "1password:Vault/-x",
        "1password:Vault/a/b",
        "bitwarden:Storefront",
        "bitwarden:@16b15b89-65b3-4639-ad2a-95052a6d8f66",
        "bitwarden:x@16b15b89-65b3-4639-ad2a-95052a6d8f6",
        "bitwarden:x@16b15b89-65b3-4639-ad2a-95052a6d8f6G",
        "command:json",
        "command:json --option",
        "command:yaml /bin/cat",
        "command:json \"/bin/cat",
        "github:a/b\n",
        "nowhere:x",
    ] {
        let read = Destination::parse(text.trim_end_matches(' '));
        let trimmed = text.ends_with('\n');
        assert!(read.is_err() || trimmed, "{text:?}: {read:?}");
    }
    assert!(Destination::parse("github:a/b\u{7}c").is_err());
    assert!(Destination::parse(&format!("fly:{}", "x".repeat(501))).is_err());
}

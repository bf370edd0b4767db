//! deploy_bundle.json: what a runner gets out of 25 bundles, and the warnings it gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens_protocol::crypto::{
    BundleProblemKind, BundleReport, SeedError, derive_public_key, open_bundle, parse_seed,
};
use deploy_tokens_protocol::secret::DeploySeed;
use deploy_tokens_protocol::variable::Bundle;
use deploy_tokens_protocol::wire::bundle::parse_bundle;
use serde_json::Value;

use super::*;

const FILE: &str = include_str!("../../vectors/deploy_bundle.json");

/// The one case that no `DeploySeed` can be made for: stricter on purpose, a seed of 16 bytes is refused when it is read.
const SHORT_SEED: &str = "fallback-derivation-short-seed-with-envelope";

fn runnable() -> impl Iterator<Item = (Value, Bundle, DeploySeed)> {
    let cases = cases(FILE, 25).into_iter();
    let runnable = cases.filter(|case| case["name"] != SHORT_SEED);
    runnable.map(|case| {
        let bundle = parse_bundle(text(&case, "response_json"))
            .unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
        let seed = parse_seed(text(&case, "seed_private_key_b64")).unwrap();
        (case, bundle, seed)
    })
}

fn values(report: &BundleReport) -> Vec<(String, String)> {
    let pair = |variable: &deploy_tokens_protocol::variable::Variable| {
        (variable.name.clone(), STANDARD.encode(variable.value.expose()))
    };
    report.variables.iter().map(pair).collect()
}

fn expected_values(case: &Value) -> Vec<(String, String)> {
    let secrets = case["expect"]["secrets"].as_array().unwrap();
    let pair = |secret: &Value| {
        (
            text(secret, "name").to_owned(),
            text(secret, "value_b64").to_owned(),
        )
    };
    secrets.iter().map(pair).collect()
}

/// Kind and variable of each problem.
fn problems(report: &BundleReport) -> Vec<(String, Option<String>)> {
    let pair = |problem: &deploy_tokens_protocol::crypto::BundleProblem| {
        (problem.kind.code().to_owned(), problem.name.clone())
    };
    report.problems.iter().map(pair).collect()
}

fn expected_problems(case: &Value) -> Vec<(String, Option<String>)> {
    let warnings = case["expect"]["warnings"].as_array().unwrap();
    let pair = |warning: &Value| {
        (
            text(warning, "kind").to_owned(),
            warning["name"].as_str().map(str::to_owned),
        )
    };
    warnings.iter().map(pair).collect()
}

#[test]
fn seeds_are_read_in_every_spelling_of_the_file() {
    for case in cases(FILE, 25) {
        for spelling in case["seed_env_values"].as_array().unwrap() {
            let seed = parse_seed(spelling.as_str().unwrap());
            if case["name"] == SHORT_SEED {
                assert_eq!(seed.unwrap_err(), SeedError::WrongLength(16));
            } else {
                let public = derive_public_key(&seed.unwrap()).to_base64();
                assert_eq!(public, text(&case, "seed_public_key_b64"));
            }
        }
    }
}

/// Bundles whose key cannot be used. Stricter on purpose: the reference goes on with keys derived from the seed and then
/// finds that their fingerprint differs; ours says that there is no key.
const WITHOUT_KEY: [&str; 11] = [
    "missing-envelope-ephemeral-key",
    "envelope-ephemeral-key-of-another-recipient",
    "two-deployment-recipients-wrong-one-first",
    "device-recipient-only",
    "old-seed-after-rotate",
    "environment-key-null",
    "unsupported-recipient-alg",
    "aad-from-reordered-meta-fails",
    "recipient-payload-not-json",
    "low-order-ephemeral-key",
    "outer-ciphertext-tampered",
];

#[test]
fn values_and_warnings_are_those_of_the_reference_and_no_key_is_made_up() {
    let (mut without, mut mismatches) = (0, 0);
    for (case, bundle, seed) in runnable() {
        let name = text(&case, "name");
        let report = open_bundle(&bundle, &seed);
        let (mut wanted, mut warned) = (expected_values(&case), expected_problems(&case));
        if WITHOUT_KEY.contains(&name) {
            without += 1;
            for (kind, variable) in &mut warned {
                if variable.is_some() {
                    assert_eq!(kind, "fingerprint_mismatch", "{name}");
                    "no_key".clone_into(kind);
                }
            }
            if name == "environment-key-null" {
                warned.insert(0, ("no_environment_key".to_owned(), None));
            }
        } else if name == "fallback-derivation" {
            // Stricter on purpose: what only derived keys open stays closed.
            wanted.clear();
            warned = vec![
                ("no_environment_key".to_owned(), None),
                ("no_key".to_owned(), Some("DERIVED_BASE".to_owned())),
                ("no_key".to_owned(), Some("DERIVED".to_owned())),
                ("nothing_decrypted".to_owned(), None),
            ];
        }
        assert_eq!(values(&report), wanted, "{name}: values");
        assert_eq!(problems(&report), warned, "{name}: problems");
        assert_eq!(report.total, bundle.variables.len());
        let given = case["expect"]["warnings"].as_array().unwrap();
        for (problem, warning) in report.problems.iter().zip(given) {
            if let BundleProblemKind::FingerprintMismatch { expected, actual } = &problem.kind {
                mismatches += 1;
                assert_eq!(expected, text(warning, "expected_fingerprint"), "{name}");
                assert_eq!(actual.to_hex(), text(warning, "actual_fingerprint"), "{name}");
            }
        }
    }
    assert_eq!(without, WITHOUT_KEY.len());
    assert!(mismatches > 0, "the two fingerprints of a mismatch are looked at");
}

#[test]
fn a_bundle_that_is_written_again_reads_the_same() {
    for (case, bundle, _) in runnable() {
        let document = crate::written::bundle(&bundle);
        let mut expected = bundle;
        if let Some(key) = &mut expected.key {
            // Only what is written for people repeats the entries of devices.
            key.tells_all = true;
        }
        assert_eq!(parse_bundle(&document), Ok(expected), "{}", case["name"]);
    }
}

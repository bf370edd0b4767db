//! What a runner does: read a bundle, open it with the seed of its deploy token, and say what could not be opened.
//!
//! `cargo run -p deploy-tokens-protocol --example open_bundle [CASE]` takes the bundles of the test vectors, whose secrets
//! are nobody's.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;

use deploy_tokens_protocol::crypto::{open_bundle, parse_seed};
use deploy_tokens_protocol::wire::bundle::parse_bundle;
use serde_json::Value;

const VECTORS: &str = include_str!("../tests/vectors/deploy_bundle.json");

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().nth(1);
    let vectors: Value = serde_json::from_str(VECTORS)?;
    let cases = vectors["cases"].as_array().ok_or("the vectors have no cases")?;
    let chosen = |case: &&Value| wanted.as_deref().is_none_or(|name| case["name"] == name);
    let case = cases.iter().find(chosen).ok_or("there is no such case")?;
    println!("{}", case["name"]);

    // GHOSTABLE_DEPLOY_SEED, and the body of `GET /ci/deploy` with GHOSTABLE_CI_TOKEN.
    let seed = parse_seed(case["seed_private_key_b64"].as_str().unwrap_or_default())?;
    let bundle = parse_bundle(case["response_json"].as_str().unwrap_or_default())?;

    let report = open_bundle(&bundle, &seed);
    for variable in &report.variables {
        // Exposed to be shown: a runner would put it into the environment of what it runs.
        println!("  {}={:?}", variable.name, variable.value.expose());
    }
    for problem in &report.problems {
        let name = problem.name.as_deref().unwrap_or("the bundle");
        println!("  {name}: {}", problem.kind.code());
    }
    println!("  {} of {} opened", report.decrypted(), report.total);
    Ok(())
}

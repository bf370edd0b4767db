//! The runner's side: fetch with a CI token, decrypt with a seed (docs/protocol.md 8).

use super::ServiceError;
use super::preflight::off_thread;
use crate::api::Runner;
use crate::crypto::{self, BundleReport};
use crate::secret::DeploySeed;

/// What a runner gets: the environment's name and the opened bundle.
#[derive(Debug)]
pub struct Pulled {
    /// The environment's name.
    pub environment: String,
    /// Decrypted variables, and what could not be decrypted.
    pub report: BundleReport,
}

/// Fetches and decrypts as a runner would: all variables, or only the named ones.
///
/// # Errors
/// API errors, [`crate::api::ApiError::Unauthorized`] for a CI token that is not valid. Variables that do not decrypt are
/// in the report.
pub async fn pull(runner: &Runner, seed: &DeploySeed, only: &[String]) -> Result<Pulled, ServiceError> {
    let bundle = runner.bundle(only).await?;
    let seed = seed.clone();
    let environment = bundle.environment.clone();
    let report = off_thread(move || crypto::open_bundle(&bundle, &seed)).await?;
    Ok(Pulled { environment, report })
}

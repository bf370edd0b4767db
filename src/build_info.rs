//! What this program is built of: version, commit and profile, as `build.rs` found them.

/// The version in Cargo.toml.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit, shortened; `None` for a build from an archive whose packager named none.
pub const COMMIT: Option<&str> = {
    let commit = env!("DEPLOY_TOKENS_BUILD_COMMIT");
    if commit.is_empty() { None } else { Some(commit) }
};

/// Cargo's profile: `release` is what is shipped, `quick` what `make run` builds, `debug` what tests build.
pub const PROFILE: &str = env!("DEPLOY_TOKENS_BUILD_PROFILE");

/// All three in one line: `0.1.0 (1a2b3c4d, release)`.
pub const fn summary() -> &'static str {
    env!("DEPLOY_TOKENS_BUILD_SUMMARY")
}

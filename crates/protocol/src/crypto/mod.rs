//! Everything secret-keyed: identities, envelopes, the environment key, variables, signatures.
//!
//! What goes over the wire is described in docs/protocol.md 5, 6, 8.3 and 9. Requests and answers as JSON are
//! `wire`'s; the two JSON texts made here are made here because they are sealed or signed themselves.
//!
//! Security limits: X25519 and XChaCha20-Poly1305 say nothing about who sealed an envelope; that is what its signature
//! is for, and it can only be checked where the sender's key is known. Stack copies that the compiler makes of keys and
//! of the output of HKDF are not wiped; heap buffers and all named values are.
//!
//! `derive_*` is deterministic, `make_*` is random. Every random value comes from the `CryptoRng` that is passed in.

pub mod at_rest;
mod body;
mod bundle;
mod deploy_key;
pub mod envelope;
mod environment_key;
mod error;
mod identity;
mod meta;
mod nonce;
mod open_key;
mod open_unnamed;
mod primitives;
mod record;
mod variable;

#[cfg(test)]
mod hkdf_vectors;

pub use body::{sign_body, verify_body, verify_bytes};
pub use bundle::{BundleProblem, BundleProblemKind, BundleReport, open_bundle, open_bundle_accepting};
pub use deploy_key::{derive_public_key, make_deploy_key, parse_seed};
pub use environment_key::{key_fingerprint, make_environment_key, seal_environment_key};
pub use error::{CryptoError, Layer, OpenError, SeedError, SignatureError, VariableError};
pub use identity::DeviceIdentity;
pub use meta::Meta;
pub use nonce::find_disclosed_signers;
pub use open_key::{Accepted, OpenedKey, open_environment_key};
pub use record::{RecordError, derive_file_name, make_journal_key, open_record, seal_record};
pub use variable::{
    VariableKeys, open_variable, open_variables, open_variables_with_any, reseal_variables, seal_variable,
    sign_variable, verify_variable,
};

use rand_core::UnwrapErr;

/// The operating system's random numbers.
///
/// # Panics
/// Its methods panic if the operating system cannot give random numbers: nothing safe can be done then.
pub fn system_rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

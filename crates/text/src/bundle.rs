//! What a runner cannot do with what it has.

use super::message::Message;
use protocol::crypto::BundleProblemKind;

/// What a runner cannot do with what was issued: the first problem, if one was named, and of what.
pub(crate) fn unverified(
    name: Option<&str>,
    kind: Option<&BundleProblemKind>,
    decrypted: usize,
    total: usize,
) -> Message {
    let why = kind.map_or_else(String::new, |kind| {
        format!(": {}, {}", name.unwrap_or("the environment key"), problem(kind))
    });
    Message::new(
        format!("A runner with these values decrypts {decrypted} of {total} variables{why}."),
        kind.map_or(SHARE_AGAIN, repair),
    )
}

const SHARE_AGAIN: &str = "Share the key again; if that does not help, push the variables again.";

/// What to do about a problem with a bundle or a variable.
pub fn repair(kind: &BundleProblemKind) -> &'static str {
    match kind {
        BundleProblemKind::EnvironmentMismatch { .. } => {
            "If the environment was renamed, push its variables again. If it never had that name, somebody may be tampering with it."
        }
        BundleProblemKind::NameMismatch { .. }
        | BundleProblemKind::ProjectMismatch { .. }
        | BundleProblemKind::UnknownLayer { .. }
        | BundleProblemKind::ChainMismatch { .. }
        | BundleProblemKind::Repeated => {
            "Somebody may be tampering with it: do not use it. Push the variables again, and tell the people who run the server."
        }
        _ => SHARE_AGAIN,
    }
}

/// What is wrong with a bundle or a variable, as part of a sentence.
pub fn problem(kind: &BundleProblemKind) -> String {
    match kind {
        BundleProblemKind::NoEnvironmentKey => "the server sent no environment key".to_owned(),
        BundleProblemKind::NoDeploymentRecipient | BundleProblemKind::EnvelopeMissingEphemeralKey => {
            "the key is not shared with this token yet".to_owned()
        }
        BundleProblemKind::RecipientPayloadUndecodable => {
            "what is shared with this token cannot be read".to_owned()
        }
        BundleProblemKind::UnsupportedAlgorithm => {
            "the key is sealed in a way that is not known here".to_owned()
        }
        BundleProblemKind::SharedSecretFailed => "the key agreement is void".to_owned(),
        BundleProblemKind::RecipientDecryptFailed => {
            "the seed does not fit: it belongs to another key pair".to_owned()
        }
        BundleProblemKind::EnvironmentKeyDecryptFailed => "the environment key does not decrypt".to_owned(),
        BundleProblemKind::KeyFingerprintMismatch { .. } => {
            "the environment key is not the one that the server announced".to_owned()
        }
        BundleProblemKind::NoKey => "there is no key to open it with".to_owned(),
        BundleProblemKind::MissingAadScope => "it does not say what it belongs to".to_owned(),
        BundleProblemKind::NameMismatch { sealed } => {
            format!("it was sealed as {sealed:?}, and the server gives it another name")
        }
        BundleProblemKind::EnvironmentMismatch { sealed, delivered } => {
            format!(
                "it was sealed in the environment {sealed:?}, and the server gives it as of {delivered:?}"
            )
        }
        BundleProblemKind::ProjectMismatch { sealed, of_key } => {
            format!("it was sealed in the project {sealed:?}, and the environment key in {of_key:?}")
        }
        BundleProblemKind::UnknownLayer { layer } => {
            format!("it is of the environment {layer:?}, which is not among those that the server names")
        }
        BundleProblemKind::ChainMismatch { last } => {
            format!("the server names another environment, and {last:?} as the one that counts")
        }
        BundleProblemKind::Repeated => {
            "the server gives two of that name, and nothing says which one counts".to_owned()
        }
        BundleProblemKind::FingerprintMismatch { .. } => {
            "it is sealed under another environment key".to_owned()
        }
        BundleProblemKind::ValueDecryptFailed => "it does not decrypt".to_owned(),
        BundleProblemKind::HmacMismatch => "its claim does not match its value".to_owned(),
        BundleProblemKind::ByteOrderMark => "its value begins with a byte order mark (U+FEFF), which runners drop before they check it, so that none accepts it: push it again without the mark".to_owned(),
        BundleProblemKind::NotText => "its value is not text".to_owned(),
        BundleProblemKind::NothingDecrypted => "nothing could be decrypted".to_owned(),
    }
}

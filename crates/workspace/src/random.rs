//! Bearer tokens: made from the operating system's random numbers, told once, kept as hashes.

use zeroize::Zeroizing;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 40 characters of 62 are 238 bits.
const LENGTH: usize = 40;
/// The random part of a CI token.
const CI_LENGTH: usize = 48;
/// The secret of an audit webhook.
const WEBHOOK_LENGTH: usize = 64;
/// How many last characters of a CI token may be shown.
const SUFFIX: usize = 8;

/// The operating system gives no random numbers.
#[derive(Debug)]
pub(super) struct NoRandomness;

/// 40 random characters of `0-9A-Za-z`, each equally likely.
pub(super) fn make_base62() -> Result<Zeroizing<String>, NoRandomness> {
    characters(LENGTH)
}

/// A new signing secret of an audit webhook: 64 random characters of `0-9A-Za-z` (docs/protocol.md 19).
pub(super) fn make_webhook_secret() -> Result<Zeroizing<String>, NoRandomness> {
    characters(WEBHOOK_LENGTH)
}

fn characters(length: usize) -> Result<Zeroizing<String>, NoRandomness> {
    let mut text = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while text.len() < length {
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
        // 248 = 4 * 62: the bytes above it would make some characters likelier.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        for byte in fair.take(length - text.len()) {
            text.push(char::from(BASE62[usize::from(*byte) % 62]));
        }
    }
    Ok(text)
}

/// A new CI token: a UUID, a vertical bar, and 48 characters (docs/protocol.md 7.2). All of it is kept as one hash.
pub(super) fn make_ci_token() -> Result<Zeroizing<String>, NoRandomness> {
    let id = make_uuid()?;
    Ok(Zeroizing::new(format!(
        "{}|{}",
        id.as_str(),
        characters(CI_LENGTH)?.as_str()
    )))
}

/// A random UUID, of 122 bits.
pub(super) fn make_uuid() -> Result<Zeroizing<String>, NoRandomness> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(Zeroizing::new(id.to_string()))
}

/// The part of a CI token that may be shown.
pub(super) fn suffix(token: &str) -> &str {
    token
        .get(token.len().saturating_sub(SUFFIX)..)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_tokens_have_their_form_and_differ() {
        let (one, two) = (make_ci_token().unwrap(), make_ci_token().unwrap());
        assert_ne!(one.as_str(), two.as_str());
        let (id, rest) = one.split_once('|').unwrap();
        assert!(uuid::Uuid::try_parse(id).is_ok() && id.len() == 36);
        assert!(rest.len() == 48 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(suffix(&one), &rest[40..]);
    }
}

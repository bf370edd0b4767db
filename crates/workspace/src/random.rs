//! Bearer tokens: made from the operating system's random numbers, told once, kept as hashes.

use zeroize::Zeroizing;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 40 characters of 62 are 238 bits.
const LENGTH: usize = 40;
/// How many last characters of a CI token may be shown.
const SUFFIX: usize = 4;

/// The operating system gives no random numbers.
#[derive(Debug)]
pub(super) struct NoRandomness;

/// 40 random characters of `0-9A-Za-z`, each equally likely.
pub(super) fn make_base62() -> Result<Zeroizing<String>, NoRandomness> {
    let mut text = Zeroizing::new(String::with_capacity(LENGTH));
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while text.len() < LENGTH {
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
        // 248 = 4 * 62: the bytes above it would make some characters likelier.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        for byte in fair.take(LENGTH - text.len()) {
            text.push(char::from(BASE62[usize::from(*byte) % 62]));
        }
    }
    Ok(text)
}

/// A new CI token: `gtok_` and 40 characters.
pub(super) fn make_ci_token() -> Result<Zeroizing<String>, NoRandomness> {
    Ok(Zeroizing::new(format!("gtok_{}", make_base62()?.as_str())))
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
        let rest = one.strip_prefix("gtok_").unwrap();
        assert!(rest.len() == 40 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(suffix(&one), &one[41..]);
    }
}

//! Passwords, stored as argon2id hashes (RFC 9106) with the parameters inside.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use super::random::{self, NoRandomness};
use protocol::secret::SecretText;

const SALT_LENGTH: usize = 16;
const GROUPS: usize = 4;
const GROUP_LENGTH: usize = 5;
/// The hash of no password, so that an unknown address takes as long to refuse as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password of 119 random bits in four groups of letters and digits, short enough to be typed.
pub(super) fn make() -> Result<SecretText, NoRandomness> {
    let text = random::make_base62()?;
    let group = |place: usize| text.get(place * GROUP_LENGTH..(place + 1) * GROUP_LENGTH);
    let groups: Vec<&str> = (0..GROUPS).filter_map(group).collect();
    Ok(SecretText::new(groups.join("-")))
}

/// The hash to be stored.
pub(super) fn hash(password: &SecretText) -> Result<String, NoRandomness> {
    let mut salt = [0_u8; SALT_LENGTH];
    getrandom::fill(&mut salt).map_err(|_| NoRandomness)?;
    // Exposed to be hashed.
    let hash = Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| NoRandomness)
}

/// Whether a password fits a stored hash; without one it never does, and takes as long.
pub(super) fn verify(password: &SecretText, hash: Option<&str>) -> bool {
    let expected = hash.unwrap_or(NOBODY);
    // Exposed to be hashed.
    let fits = Argon2::default().verify_password(password.expose().as_bytes(), expected);
    fits.is_ok() && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_fit_their_own_hash_only() {
        let (one, two) = (make().unwrap(), make().unwrap());
        assert_eq!(one.expose().len(), GROUPS * GROUP_LENGTH + GROUPS - 1);
        let stored = hash(&one).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash(&one).unwrap(), "salted");
        assert!(verify(&one, Some(&stored)) && !verify(&two, Some(&stored)));
        assert!(!verify(&one, None) && !verify(&one, Some("not a hash")));
        assert!(
            Argon2::default().verify_password(b"x", NOBODY)
                == Err(argon2::password_hash::Error::PasswordInvalid),
            "it is a hash that is computed in full"
        );
    }
}

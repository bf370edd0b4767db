//! Passwords, stored as argon2id hashes (RFC 9106) with the parameters inside.

use std::fmt;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, PasswordHasher, Version};
use subtle::ConstantTimeEq as _;
use tokio::sync::{Mutex, Semaphore};
use zeroize::Zeroize as _;

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

/// How many attempts may wait for their turn; each takes some hundredths of a second.
const WAITING: usize = 32;

/// Checks passwords, one at a time and always in the same 19 MiB: memory does not grow with attempts, also not with those
/// that nobody waits for any more.
#[derive(Clone)]
pub(super) struct Hashing {
    memory: Arc<Mutex<Vec<Block>>>,
    waiting: Arc<Semaphore>,
}

impl fmt::Debug for Hashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing").finish_non_exhaustive()
    }
}

/// Why a password was not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotChecked {
    /// Too many attempts wait.
    TooMany,
    /// The check was cut off.
    CutOff,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            memory: Arc::default(),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Hashing {
    /// Whether a password fits a stored hash; without one it never does, and takes as long.
    ///
    /// # Errors
    /// [`NotChecked`].
    pub(super) async fn fits(&self, password: SecretText, hash: Option<String>) -> Result<bool, NotChecked> {
        let waiting = Arc::clone(&self.waiting);
        let place = waiting.try_acquire_owned().map_err(|_| NotChecked::TooMany)?;
        let mut memory = Arc::clone(&self.memory).lock_owned().await;
        // Turn and place are the work's: who asked may be gone before it is over.
        let work = tokio::task::spawn_blocking(move || {
            let fits = verify(&password, hash.as_deref(), &mut memory);
            drop((memory, place));
            fits
        });
        work.await.map_err(|_| NotChecked::CutOff)
    }
}

/// The same, in this memory, which is wiped afterwards.
fn verify(password: &SecretText, hash: Option<&str>, memory: &mut Vec<Block>) -> bool {
    let expected = hash.unwrap_or(NOBODY);
    let fits = PasswordHash::new(expected).is_ok_and(|expected| is_hash_of(password, &expected, memory));
    memory.iter_mut().for_each(Block::zeroize);
    fits && hash.is_some()
}

fn is_hash_of(password: &SecretText, expected: &PasswordHash, memory: &mut Vec<Block>) -> bool {
    let (Some(salt), Some(hash)) = (&expected.salt, &expected.hash) else {
        return false;
    };
    let (Ok(algorithm), Ok(params)) = (
        Algorithm::try_from(expected.algorithm.as_str()),
        Params::try_from(expected),
    ) else {
        return false;
    };
    // A row that asks for more is not one of ours.
    if params.m_cost() > Params::DEFAULT_M_COST {
        return false;
    }
    memory.resize(Params::default().block_count(), Block::default());
    let mut found = vec![0; hash.len()];
    let argon = Argon2::new(algorithm, Version::default(), params);
    // Exposed to be hashed.
    let password = password.expose().as_bytes();
    let hashed = argon.hash_password_into_with_memory(password, salt.as_ref(), &mut found, memory);
    hashed.is_ok() && bool::from(found.ct_eq(hash.as_bytes()))
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
        let memory = &mut Vec::new();
        assert!(verify(&one, Some(&stored), memory) && !verify(&two, Some(&stored), memory));
        assert!(!verify(&one, None, memory) && !verify(&one, Some("not a hash"), memory));
        let greedy = stored.replace("m=19456", "m=4000000");
        assert!(!verify(&one, Some(&greedy), memory), "it would take 4 GB");
        assert!(
            memory
                .iter()
                .all(|block| block.as_ref().iter().all(|word| *word == 0))
        );
        assert_eq!(
            argon2::PasswordVerifier::verify_password(&Argon2::default(), b"x", NOBODY),
            Err(argon2::password_hash::Error::PasswordInvalid),
            "it is a hash that is computed in full"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_gives_up_frees_no_turn_and_too_many_are_turned_away() {
        let hashing = Hashing::default();
        let attempt = || {
            let hashing = hashing.clone();
            async move { hashing.fits(SecretText::new("x".to_owned()), None).await }
        };
        let begun: Vec<_> = (0..WAITING).map(|_| tokio::spawn(attempt())).collect();
        while hashing.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(attempt().await, Err(NotChecked::TooMany));
        begun.iter().for_each(tokio::task::JoinHandle::abort);
        drop(hashing.memory.lock().await);
        assert_eq!(attempt().await, Ok(false), "those who gave up are gone");
    }
}

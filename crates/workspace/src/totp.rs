//! One-time codes by time: RFC 6238 with SHA-1, 30 seconds and 6 digits, as authenticator apps take them.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::{Zeroize, Zeroizing};

use super::random::NoRandomness;
use protocol::Moment;
use protocol::secret::SecretText;

/// RFC 4226 recommends 160 bits.
const SECRET_LENGTH: usize = 20;
const STEP_SECONDS: i64 = 30;
/// How many steps a clock may be off, either way.
const DRIFT: i64 = 1;
/// Six digits.
const MODULUS: u32 = 1_000_000;
/// RFC 4648 base32.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an authenticator app and the workspace share.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_LENGTH]>);

impl TotpSecret {
    /// A random one.
    pub(super) fn make() -> Result<Self, NoRandomness> {
        let mut secret = Self(Zeroizing::new([0; SECRET_LENGTH]));
        getrandom::fill(secret.0.as_mut_slice()).map_err(|_| NoRandomness)?;
        Ok(secret)
    }

    /// Takes over stored bytes, which are wiped; `None` if they are not 20.
    pub(super) fn take(mut bytes: Vec<u8>) -> Option<Self> {
        let fixed = bytes.as_slice().try_into().ok().map(Zeroizing::new);
        bytes.zeroize();
        fixed.map(Self)
    }

    /// Reads base32; `None` if it is not base32 of 20 bytes.
    pub fn from_base32(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0_u8; SECRET_LENGTH]);
        let (mut bits, mut held, mut filled) = (0_u32, 0_u32, 0_usize);
        for symbol in text.trim().bytes() {
            let value = ALPHABET
                .iter()
                .position(|it| *it == symbol.to_ascii_uppercase())?;
            bits = (bits << 5) | u32::try_from(value).ok()?;
            held += 5;
            if held >= 8 {
                held -= 8;
                *bytes.get_mut(filled)? = u8::try_from((bits >> held) & 0xff).ok()?;
                filled += 1;
                bits &= (1 << held) - 1;
            }
        }
        (filled == SECRET_LENGTH && held == 0).then_some(Self(bytes))
    }

    /// As authenticator apps read it: 32 characters of base32.
    pub fn to_base32(&self) -> SecretText {
        let symbols = self.0.chunks(5).flat_map(|group| {
            let value = group
                .iter()
                .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
            (0..8).rev().map(move |place| {
                let index = usize::try_from((value >> (5 * place)) & 31).unwrap_or(0);
                char::from(ALPHABET[index])
            })
        });
        SecretText::new(symbols.collect())
    }

    /// The bytes in clear, to be stored.
    pub(super) fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The code of a moment.
    pub fn code_at(&self, at: Moment) -> SecretText {
        SecretText::new(self.code(step(at)))
    }

    /// The time step that a code belongs to, within the drift and later than the last one that was taken.
    pub(super) fn matching_step(&self, code: &SecretText, at: Moment, last: Option<i64>) -> Option<i64> {
        let now = step(at);
        // Exposed to drop the blanks that people type between the digits.
        let typed: String = code.expose().chars().filter(|c| !c.is_whitespace()).collect();
        let typed = SecretText::new(typed);
        (now.saturating_sub(DRIFT)..=now.saturating_add(DRIFT))
            .filter(|step| last.is_none_or(|last| *step > last))
            .find(|step| SecretText::new(self.code(*step)).ct_eq(&typed))
    }

    fn code(&self, step: i64) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(self.0.as_slice()) else {
            // HMAC takes keys of every length.
            return String::new();
        };
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        // Dynamic truncation, RFC 4226 5.3.
        let offset = usize::from(digest[digest.len() - 1] & 0xf);
        let word = digest[offset..offset + 4]
            .iter()
            .fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
        format!("{:06}", (word & 0x7fff_ffff) % MODULUS)
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}

fn step(at: Moment) -> i64 {
    at.0.as_second().div_euclid(STEP_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> TotpSecret {
        TotpSecret::take(b"12345678901234567890".to_vec()).unwrap()
    }

    fn at(second: i64) -> Moment {
        Moment(jiff::Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn the_vectors_of_rfc_6238_by_their_last_six_digits() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code_at(at(second)).expose(), code, "{second}");
        }
    }

    #[test]
    fn base32_round_trips_and_refuses_the_rest() {
        let text = rfc().to_base32();
        assert_eq!(text.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret::from_base32(text.expose()).unwrap().0, rfc().0);
        for bad in [
            "",
            "GEZD",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQAA",
        ] {
            assert!(TotpSecret::from_base32(bad).is_none(), "{bad}");
        }
        assert!(!format!("{:?}", rfc()).contains("49"));
    }

    #[test]
    fn one_step_of_drift_and_no_code_twice() {
        let (secret, now) = (rfc(), at(1_111_111_109));
        for (seconds, works) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let code = secret.code_at(now.plus_seconds(seconds));
            assert_eq!(
                secret.matching_step(&code, now, None).is_some(),
                works,
                "{seconds}"
            );
        }
        let code = secret.code_at(now);
        let taken = secret.matching_step(&code, now, None);
        assert_eq!(secret.matching_step(&code, now, taken), None);
        let spaced = SecretText::new("081 804".to_owned());
        assert!(secret.matching_step(&spaced, now, None).is_some());
    }
}

//! One-time codes by time: RFC 6238 with SHA-1, 30 seconds and 6 digits, as authenticator apps take them. What is here is what
//! the library leaves to its caller: which step a code may be of, and that it is taken once.

use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE};
use totp_rs::{Builder, Secret, Totp};
use zeroize::{Zeroize, Zeroizing};

use super::random::NoRandomness;
use protocol::Moment;
use protocol::secret::SecretText;

/// RFC 4226 recommends 160 bits.
const SECRET_LENGTH: usize = 20;
const STEP_SECONDS: u64 = 30;
/// How many steps a clock may be off, either way.
const DRIFT: u64 = 1;

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

    /// Reads base32 of either case; `None` if it is not base32 of 20 bytes.
    pub fn from_base32(text: &str) -> Option<Self> {
        let text = text.trim().as_bytes();
        let mut bytes = Zeroizing::new([0_u8; SECRET_LENGTH]);
        if BASE32_NOPAD_NOCASE.decode_len(text.len()) != Ok(SECRET_LENGTH) {
            return None;
        }
        BASE32_NOPAD_NOCASE.decode_mut(text, bytes.as_mut_slice()).ok()?;
        Some(Self(bytes))
    }

    /// As authenticator apps read it: 32 characters of base32.
    pub fn to_base32(&self) -> SecretText {
        SecretText::new(BASE32_NOPAD.encode(self.0.as_slice()))
    }

    /// The bytes in clear, to be stored.
    pub(super) fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The code of a moment; of 1970 for the moments before it.
    pub fn code_at(&self, at: Moment) -> SecretText {
        SecretText::new(self.codes().generate(seconds(at)).to_string())
    }

    /// The time step that a code belongs to, within the drift and later than the last one that was taken.
    pub(super) fn matching_step(&self, code: &SecretText, at: Moment, last: Option<i64>) -> Option<i64> {
        // Exposed to drop the blanks that people type between the digits.
        let typed: String = code.expose().chars().filter(|c| !c.is_whitespace()).collect();
        let typed = Zeroizing::new(typed);
        let (codes, now) = (self.codes(), seconds(at) / STEP_SECONDS);
        (now.saturating_sub(DRIFT)..=now.saturating_add(DRIFT))
            .filter_map(|step| Some((step, i64::try_from(step).ok()?)))
            .filter(|(_, step)| last.is_none_or(|last| *step > last))
            .find(|(step, _)| codes.check(&typed, step.saturating_mul(STEP_SECONDS)).is_some())
            .map(|(_, step)| step)
    }

    /// Checks one step at a time: which ones are tried is decided by [`TotpSecret::matching_step`].
    fn codes(&self) -> Totp {
        Builder::new()
            .with_secret(Secret::new_stack(*self.0))
            .with_step_duration(STEP_SECONDS)
            .with_skew(0)
            // SHA-1, six digits and a secret of 20 bytes are what the RFC asks for.
            .build_noncompliant()
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}

fn seconds(at: Moment) -> u64 {
    u64::try_from(at.0.as_second()).unwrap_or(0)
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
        for spelling in [
            text.expose().to_owned(),
            format!(" {}\n", text.expose().to_lowercase()),
        ] {
            assert_eq!(TotpSecret::from_base32(&spelling).unwrap().0, rfc().0);
        }
        for bad in [
            "",
            "GEZD",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQAA",
            "GEZDGNBVGY3TQOJQ GEZDGNBVGY3TQOJ",
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

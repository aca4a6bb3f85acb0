//! How strong a new passphrase is.

use secrecy::{ExposeSecret, SecretString};

/// From which score on a passphrase is strong.
const STRONG: u8 = 3;

/// How strong a passphrase is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// From 0, which is guessed at once, to 4.
    pub score: u8,
    /// How long guessing would take, in words.
    pub time: String,
}

/// Measures a passphrase: by how long trying would take an attacker who has the slot, at the ten tries a second that scrypt
/// leaves to a strong machine.
pub fn strength(passphrase: &SecretString) -> Strength {
    // zxcvbn takes time with the square of the length; what is this long is not guessed.
    let text = zeroize::Zeroizing::new(passphrase.expose_secret().chars().take(100).collect::<String>());
    let estimate = zxcvbn::zxcvbn(&text, &["patvault", "vault", "token"]);
    let time = estimate.crack_times().online_no_throttling_10_per_second();
    Strength { score: u8::from(estimate.score()), time: time.to_string() }
}

impl Strength {
    /// Whether it is to be warned of.
    pub fn is_weak(&self) -> bool {
        self.score < STRONG
    }

    /// What is to be said of it.
    pub fn words(&self) -> String {
        let sort = if self.is_weak() { "weak" } else { "strong" };
        format!("this passphrase is {sort}: whoever has the vault's files would guess it in {}", self.time)
    }
}

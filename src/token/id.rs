//! Names that nobody has to agree on: 128 random bits, so that vaults can be merged.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// An id of one kind of thing, `T`. Written as 32 hexadecimal digits; people type a prefix that is unique.
pub struct Id<T>([u8; 16], PhantomData<fn() -> T>);

/// Marks ids of tokens.
pub enum OfToken {}
/// Marks ids of versions.
pub enum OfVersion {}
/// Marks ids of batches of changes.
pub enum OfBatch {}
/// Marks ids of uses.
pub enum OfUse {}
/// Marks ids of devices.
pub enum OfDevice {}
/// Marks ids of vaults.
pub enum OfVault {}

/// Which token.
pub type TokenId = Id<OfToken>;
/// Which version of a token.
pub type VersionId = Id<OfVersion>;
/// Which batch of changes: everything that one command wrote.
pub type BatchId = Id<OfBatch>;
/// Which use of a secret.
pub type UseId = Id<OfUse>;
/// Which device.
pub type DeviceId = Id<OfDevice>;
/// Which vault.
pub type VaultId = Id<OfVault>;

/// How many digits are shown where the whole id would be noise.
const SHORT_DIGITS: usize = 8;

impl<T> Id<T> {
    /// An id of these bits, which the caller drew at random.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes, PhantomData)
    }

    /// The bits.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The first digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..SHORT_DIGITS].to_owned()
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<T> FromStr for Id<T> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotAnId);
        }
        let mut bytes = [0; 16];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).map_err(|_| NotAnId)?;
        }
        Ok(Self::from_bytes(bytes))
    }
}

impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 hexadecimal digits")]
pub struct NotAnId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let id = TokenId::from_bytes(*b"0123456789abcdef");
        assert_eq!(id.to_string(), "30313233343536373839616263646566");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.short(), "30313233");
        for bad in ["", "30", "+0313233343536373839616263646566", "zz313233343536373839616263646566"] {
            assert_eq!(bad.parse::<TokenId>(), Err(NotAnId));
        }
    }
}

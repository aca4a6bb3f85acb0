//! Which parts of a token somebody looks at: what nobody looks at is not read.

/// Parts of a token, beside its names and whether it is in use, which are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts(u16);

impl Parts {
    /// Nothing more.
    pub const NONE: Self = Self(0);
    /// What else there is one of: where and whose it is, its kind, its policy, when it came, when it was used last.
    pub const FACTS: Self = Self(1);
    /// [`Token::tags`](super::Token::tags).
    pub const TAGS: Self = Self(1 << 1);
    /// [`Token::versions`](super::Token::versions), and so its current one.
    pub const VERSIONS: Self = Self(1 << 2);
    /// The scopes of the versions, with these.
    pub const SCOPES: Self = Self(1 << 3).and(Self::VERSIONS);
    /// [`Token::marks`](super::Token::marks), with the versions that they are about.
    pub const MARKS: Self = Self(1 << 4).and(Self::VERSIONS);
    /// [`Token::last_use`](super::Token::last_use) with the uses that wait in the journal.
    pub const USES: Self = Self(1 << 5).and(Self::FACTS);
    /// What its service needs besides the secret, and what it told: [`Token::facts`](super::Token::facts),
    /// [`Token::with`](super::Token::with), and [`told`](super::Version::told) and [`parts`](super::Version::parts) of the versions.
    pub const SERVICE: Self = Self(1 << 6).and(Self::VERSIONS);
    /// Where it is installed: [`Token::consumers`](super::Token::consumers), and
    /// [`installed`](super::Version::installed) of the versions.
    pub const CONSUMERS: Self = Self(1 << 7).and(Self::VERSIONS);
    /// What is known of the risk of its scopes, which goes by its kind.
    pub const RISKS: Self = Self(1 << 8).and(Self::SCOPES).and(Self::FACTS);
    /// The whole token.
    pub const ALL: Self = Self::FACTS
        .and(Self::TAGS)
        .and(Self::SCOPES)
        .and(Self::MARKS)
        .and(Self::USES)
        .and(Self::SERVICE)
        .and(Self::CONSUMERS)
        .and(Self::RISKS);

    /// These and those.
    pub const fn and(self, those: Self) -> Self {
        Self(self.0 | those.0)
    }

    /// Whether all of those are among these.
    pub const fn have(self, those: Self) -> bool {
        self.0 & those.0 == those.0
    }
}

impl FromIterator<Self> for Parts {
    /// All of them together.
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        all.into_iter().fold(Self::NONE, Self::and)
    }
}

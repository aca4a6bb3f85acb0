//! How every error speaks: what was being done and what went wrong, then the next step.

/// What an error means for whoever asked: the exit code, and whether it makes sense to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It was tried and did not work.
    Failed,
    /// The question was wrong: an unknown token, a bad date.
    Usage,
    /// The vault could not be unlocked, or the person said no.
    Locked,
}

/// An error that knows its kind and its next step. The message is its `Display`.
///
/// Neither message nor hint ever carries a secret, a response body or a line that could not be parsed.
pub trait Explain: std::error::Error {
    /// What it means for whoever asked.
    fn kind(&self) -> Kind {
        Kind::Failed
    }

    /// What to do next, in one sentence without a full stop.
    fn hint(&self) -> Option<String> {
        None
    }
}

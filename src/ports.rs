//! What leaves the machine, as tests may fake it.

use zeroize::Zeroizing;

use crate::secret::Secret;

/// Asks a service over HTTP.
pub trait Http: Sync {
    /// Sends a request once, follows no redirect, and gives whatever is answered.
    ///
    /// # Errors
    /// [`Trouble`] tells whether the service may have acted.
    fn send(&self, request: &Request) -> Result<Answer, Trouble>;
}

/// A request as it goes out. Whatever may carry a secret is one.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` and its kind.
    pub method: &'static str,
    /// The scheme, the host and the port: what is shown to a person, and what calls are spaced by.
    pub origin: String,
    /// The whole address.
    pub url: Secret,
    /// Headers, in order.
    pub headers: Vec<(String, Secret)>,
    /// The body. Its content type is among the headers.
    pub body: Option<Secret>,
}

/// What came back.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, with names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body. It may hold a new secret.
    pub body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The first header of that name, which is in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer. The words are ours or the system's, never a part of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It did not reach the service: nothing was done there.
    #[error("could not reach {origin}: {why}")]
    Unreached {
        /// Which.
        origin: String,
        /// Why.
        why: String,
    },
    /// It went out, and what became of it is not known.
    #[error("{origin} was asked, and its answer was lost: {why}")]
    Lost {
        /// Which.
        origin: String,
        /// Why.
        why: String,
    },
}

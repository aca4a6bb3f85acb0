//! HTTP as it really goes out: once, to one host, without redirects, with limits on time and size.

use std::io;
use std::time::Duration;

use ureq::http::{Method, Request as Outgoing};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error as Wire, Timeout};
use zeroize::Zeroizing;

use crate::ports::{Answer, Http, Request, Trouble};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long all of a call may take, however slowly the answer drips.
const WHOLE: Duration = Duration::from_secs(30);
/// What is said where a name leads nowhere.
const NO_SUCH_HOST: &str = "no such host, or no network";
/// The largest answer that is read, in bytes. Lists of tokens stay far below.
const BODY_BYTES_MAX: u64 = 1 << 20;

/// The network.
pub struct Network {
    /// Through the proxy that the environment names, where it names one.
    outside: Agent,
    /// To the machine itself: never through a proxy.
    inside: Agent,
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Network {
    /// With the platform's certificates and the environment's proxy.
    pub fn new() -> Self {
        Self::within(WHOLE)
    }

    /// The same with another limit on the time of a call.
    pub fn within(whole: Duration) -> Self {
        let common = || {
            // Asking again is for whoever knows what is asked: no redirect is followed, no connection used twice.
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .max_idle_connections(0)
                .timeout_connect(Some(CONNECT))
                .timeout_global(Some(whole))
                .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        };
        Self { outside: common().build().new_agent(), inside: common().proxy(None).build().new_agent() }
    }

    fn send_once(&self, request: &Request) -> Result<Answer, Wire> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|bad| Wire::Http(bad.into()))?;
        let mut outgoing = Outgoing::builder().method(method).uri(request.url.expose());
        for (name, value) in &request.headers {
            outgoing = outgoing.header(name, value.expose());
        }
        let agent = if request.origin.starts_with("http://") { &self.inside } else { &self.outside };
        let answer = match &request.body {
            Some(body) => agent.run(outgoing.body(body.expose())?),
            None => agent.run(outgoing.body(())?),
        }?;
        let (head, body) = answer.into_parts();
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let headers = head.headers.iter().filter_map(header).collect();
        let body = body.into_with_config().limit(BODY_BYTES_MAX).read_to_vec()?;
        Ok(Answer { status: head.status.as_u16(), headers, body: Zeroizing::new(body) })
    }
}

impl Http for Network {
    fn send(&self, request: &Request) -> Result<Answer, Trouble> {
        self.send_once(request).map_err(|error| {
            let (origin, why) = (request.origin.clone(), words(&error));
            if is_before(&error) { Trouble::Unreached { origin, why } } else { Trouble::Lost { origin, why } }
        })
    }
}

/// Whether it failed before anything was asked. In doubt it did not.
fn is_before(error: &Wire) -> bool {
    match error {
        Wire::HostNotFound
        | Wire::ConnectionFailed
        | Wire::InvalidProxyUrl
        | Wire::ConnectProxyFailed(_)
        | Wire::BadUri(_)
        | Wire::Http(_)
        | Wire::Tls(_)
        | Wire::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        Wire::Io(error) => {
            use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
            matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable)
                || is_unknown_host(error)
                || refuses_certificate(error)
        }
        Wire::Rustls(error) => matches!(error, rustls::Error::InvalidCertificate(_)),
        _ => false,
    }
}

/// The standard library has no kind of error for it, only these words.
fn is_unknown_host(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address")
}

fn refuses_certificate(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

/// What went wrong, without a part of the request or of the answer.
fn words(error: &Wire) -> String {
    match error {
        Wire::HostNotFound => NO_SUCH_HOST.into(),
        Wire::Timeout(Timeout::Resolve | Timeout::Connect) => "it took too long to connect".into(),
        Wire::Timeout(_) => "no whole answer in time".into(),
        Wire::BodyExceedsLimit(_) => format!("it answered more than {} KiB", BODY_BYTES_MAX / 1024),
        Wire::ConnectProxyFailed(_) | Wire::InvalidProxyUrl => "the proxy did not connect it".into(),
        Wire::Io(error) if is_unknown_host(error) => NO_SUCH_HOST.into(),
        Wire::Io(error) if refuses_certificate(error) => "its certificate is not trusted here".into(),
        Wire::Io(error) => error.kind().to_string(),
        Wire::Protocol(_) => "what it answered is not HTTP".into(),
        Wire::BadUri(_) | Wire::Http(_) => "the request cannot be written down".into(),
        Wire::Rustls(_) | Wire::Tls(_) => "no safe connection came about".into(),
        _ => "the connection failed".into(),
    }
}

//! Reaching an X display. Who answers there is given the cookie that opens the display, and then the secret: so it has to be the
//! server's own socket, with this user or root at its other end. The abstract socket, which other programs try first, has no
//! owner: where the server does not hold it, anybody may.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;
use x11rb::reexports::x11rb_protocol::parse_display::{ParsedDisplay, parse_display};
use x11rb::reexports::x11rb_protocol::xauth::{Family, get_auth};
use x11rb::rust_connection::{DefaultStream, RustConnection};

/// Why a display is not reached: nobody acts on it but by reading it.
pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

/// How long a display may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Connects to the display that the environment names, and gives its screen.
pub(super) fn connect() -> Result<(RustConnection, usize), Error> {
    let display = parse_display(None)?;
    if !display.host.is_empty() {
        // SSH makes such a one on this machine. Elsewhere a secret would cross the network for all to read.
        if !["localhost", "127.0.0.1", "::1"].contains(&display.host.as_str()) {
            return Err("a display of another machine would get the secret unencrypted".into());
        }
        return Ok(x11rb::connect(None)?);
    }
    let stream = UnixStream::connect(path(&display))?;
    check(&stream)?;
    let host = rustix::system::uname().nodename().to_bytes().to_vec();
    let (name, data) = get_auth(Family::LOCAL, &host, display.display).ok().flatten().unwrap_or_default();
    let (stream, _) = DefaultStream::from_unix_stream(stream)?;
    let screen = usize::from(display.screen);
    Ok((RustConnection::connect_to_stream_with_auth_info(stream, screen, name, data)?, screen))
}

/// Whether the display answers, and may be trusted with what is copied. One that says nothing does not answer.
pub(super) fn answers() -> bool {
    let (done, answered) = mpsc::channel();
    thread::spawn(move || {
        // Nobody waits any longer where it took too long.
        let _too_late = done.send(connect().is_ok() && nobody_else_listens());
    });
    answered.recv_timeout(PATIENCE).unwrap_or(false)
}

/// Libraries that we read the clipboard through try the abstract socket first: whoever holds it must be the server, too.
fn nobody_else_listens() -> bool {
    let Ok(display) = parse_display(None) else { return false };
    let abstract_socket = SocketAddr::from_abstract_name(path(&display));
    let stream = abstract_socket.and_then(|address| UnixStream::connect_addr(&address));
    stream.is_err() || stream.is_ok_and(|stream| check(&stream).is_ok())
}

fn path(display: &ParsedDisplay) -> String {
    format!("/tmp/.X11-unix/X{}", display.display)
}

fn check(stream: &UnixStream) -> Result<(), Error> {
    let uid = socket_peercred(stream)?.uid;
    if uid == geteuid() || uid.is_root() { Ok(()) } else { Err("another user answers in the display's place".into()) }
}

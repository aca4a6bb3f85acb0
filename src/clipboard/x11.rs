//! Holding a copy on X11.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::display::{self, Error};
use super::holder::HINT;
use crate::secret::Secret;

x11rb::atom_manager! {
    /// Names of which the server knows the numbers.
    Atoms: AtomsCookie {
        CLIPBOARD,
        TARGETS,
        UTF8_STRING,
        TEXT_UTF8: b"text/plain;charset=utf-8",
        TEXT: b"text/plain",
        HINT: HINT.0.as_bytes(),
    }
}

/// Holds a secret.
pub(super) fn hold(secret: &Secret, time: Duration, held: impl FnOnce()) -> Result<(), Error> {
    let (connection, screen) = display::connect()?;
    let atoms = Atoms::new(&connection)?.reply()?;
    let window = window(&connection, screen)?;
    connection.set_selection_owner(window, atoms.CLIPBOARD, CURRENT_TIME)?;
    if connection.get_selection_owner(atoms.CLIPBOARD)?.reply()?.owner != window {
        return Err("another program keeps the clipboard to itself".into());
    }
    held();
    let holder = Holder { connection, atoms, window, secret };
    if holder.serve(Instant::now().checked_add(time))? {
        holder.give_back()?;
    }
    Ok(())
}

/// A window that nobody sees: a selection belongs to a window.
fn window(connection: &RustConnection, screen: usize) -> Result<Window, Error> {
    let root = connection.setup().roots.get(screen).map_or(x11rb::NONE, |screen| screen.root);
    let window = connection.generate_id()?;
    let (like_parent, nothing) = (x11rb::COPY_FROM_PARENT, CreateWindowAux::new());
    connection
        .create_window(0, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, like_parent, &nothing)?
        .check()?;
    Ok(window)
}

struct Holder<'a> {
    connection: RustConnection,
    atoms: Atoms,
    window: Window,
    secret: &'a Secret,
}

impl Holder<'_> {
    /// Answers those who paste. Gives whether the time is up; otherwise, somebody else copied.
    fn serve(&self, until: Option<Instant>) -> Result<bool, Error> {
        loop {
            while let Some(event) = self.connection.poll_for_event()? {
                match event {
                    Event::SelectionClear(_) => return Ok(false),
                    Event::SelectionRequest(request) => self.answer(&request)?,
                    _ => {}
                }
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(true);
            }
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(&mut [PollFd::new(self.connection.stream(), PollFlags::IN)], timeout.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Gives the selection back before the window goes: a manager that sees a holder vanish may think that it has to save
    /// something. Nobody else can do anything meanwhile, so that what they copied at this moment stays.
    fn give_back(&self) -> Result<(), Error> {
        let clipboard = self.atoms.CLIPBOARD;
        self.connection.grab_server()?;
        if self.connection.get_selection_owner(clipboard)?.reply()?.owner == self.window {
            self.connection.set_selection_owner(x11rb::NONE, clipboard, CURRENT_TIME)?;
        }
        self.connection.ungrab_server()?;
        Ok(self.connection.sync()?)
    }

    fn answer(&self, request: &SelectionRequestEvent) -> Result<(), Error> {
        // Old programs name no place to put it, and mean this one.
        let place = if request.property == x11rb::NONE { request.target } else { request.property };
        let given = self.give(request.requestor, place, request.target)?;
        let notify = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if given { place } else { x11rb::NONE },
        };
        self.connection.send_event(false, request.requestor, EventMask::NO_EVENT, notify)?;
        Ok(self.connection.flush()?)
    }

    /// Puts what is asked for where it is asked for. Gives whether there is such a thing.
    fn give(&self, window: Window, place: Atom, target: Atom) -> Result<bool, Error> {
        let atoms = &self.atoms;
        let texts = [atoms.UTF8_STRING, atoms.TEXT_UTF8, atoms.TEXT];
        let put =
            |kind: Atom, bytes: &[u8]| self.connection.change_property8(PropMode::REPLACE, window, place, kind, bytes);
        if target == atoms.TARGETS {
            let all = [&[atoms.TARGETS][..], &texts, &[atoms.HINT]].concat();
            self.connection.change_property32(PropMode::REPLACE, window, place, AtomEnum::ATOM, &all)?;
        } else if texts.contains(&target) {
            put(target, self.secret.expose().as_bytes())?;
        } else if target == atoms.HINT {
            put(target, HINT.1)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

//! Which verb a request asks for.

use super::{acts, copying, keeping, lists};
use crate::ops::{self, Error, Session};
use crate::token::reminder::Answer;
use crate::tui::message::{Details, History, Reply, Request, USE_DAYS};
use crate::tui::post::Post;
use crate::tui::terminal::Pen;

/// One verb. What is asked about a token is asked by its id, whatever it is called by now.
pub(super) fn verb(session: &mut Session, request: Request, pen: &Pen, post: &Post) -> Result<Option<Reply>, Error> {
    Ok(match request {
        Request::Touch => {
            session.read(|_| Ok(()))?;
            None
        }
        Request::Details(id) => {
            let shown = ops::show(session, &id.to_string())?;
            let times = ops::use_times(session, id, USE_DAYS)?;
            Some(Reply::Details(Box::new(Details { id, note: shown.note, uses: shown.uses, times })))
        }
        Request::History(of, most) => {
            let (events, names) = ops::history(session, of.map(|id| id.to_string()).as_deref(), most)?;
            Some(Reply::History(Box::new(History { of, most, events, names })))
        }
        Request::Undo(batch) => {
            let batch = ops::undo(session, batch.map(|id| id.to_string()).as_deref())?;
            let (changes, names) = session.changes(batch.id)?;
            Some(Reply::Done(format!("taken back: {}", ops::summary(&batch, &changes, &names))))
        }
        Request::Answer(id, duty, answer) => {
            let (token, _) = ops::answer(session, &id.to_string(), Some(duty), answer)?;
            let what = match answer {
                Answer::Snoozed(until) => format!("put off until {until}"),
                Answer::Done(_) => "done".to_owned(),
            };
            Some(Reply::Done(format!("{what}: {duty} for {}", token.path())))
        }
        Request::CopyAddress(address) => Some(copying::text(session, "the address", &address, pen)?),
        Request::CopyCommand(command) => Some(copying::text(session, "the command", &command, pen)?),
        Request::Browse(address) => {
            ops::browse(&address)?;
            Some(Reply::Done(format!("opened: {address}")))
        }
        Request::Copy(ids) => Some(copying::copy(session, ids, pen)?),
        Request::Reveal(id) => {
            let got = ops::get(session, &id.to_string(), None, "show")?;
            session.after(&got);
            Some(Reply::Revealed(id, got.secret))
        }
        Request::Remove(ids) => Some(acts::remove(session, &ids)?),
        Request::Restore(ids) => Some(acts::restore(session, &ids)?),
        Request::Tag(ids, words) => Some(acts::tag(session, &ids, &words)?),
        Request::PathsLike(begun) => {
            let paths = ops::paths_like(session, &begun);
            Some(Reply::Paths(begun, paths))
        }
        Request::LookAtList(list) => Some(lists::look(session, list)?),
        Request::Import(list, agreed) => Some(lists::import(session, list, &agreed, post)?),
        other => keeping::verb(session, other, post)?,
    })
}

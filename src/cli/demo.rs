//! `patvault demo`.

use super::Desk;
use super::face::Exit;
use super::list;
use crate::ops::{self, Error};
use crate::text::counted;
use crate::token::column;

/// Look at a throw-away vault of invented tokens in every state
///
/// It lives in a temporary folder and goes when the command ends. Nothing of yours is read or written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print a list of them, as is done without a terminal, in place of opening the window
    #[arg(long)]
    pub(super) list: bool,
}

pub(super) fn run(_args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let demo = ops::demo(&desk.prompts)?;
    let session = &demo.session;
    let everything = crate::token::query::Query::default();
    let usual = column::USUAL.iter().filter_map(|name| column::find(name)).collect::<Vec<_>>();
    let tokens = ops::list(session, &everything, Some("status"), false, list::parts(&usual))?;
    list::print(session, &tokens, &usual, &mut desk.face);
    let owed = ops::due(session, 0, false)?.len();
    desk.face.say(&format!(
        "{} of a throw-away vault; {} owed. Yours begins with 'patvault init'.",
        counted(tokens.len(), "invented token"),
        if owed == 1 { "1 thing is".to_owned() } else { format!("{owed} things are") },
    ));
    Ok(Exit::Done)
}

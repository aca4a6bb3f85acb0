//! `patvault get`.

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use crate::ops::{self, Error};
use crate::text::escaped;

/// Print the secret of a token
///
/// It goes to standard output, without a line break where a program reads it: DEPLOY_TOKEN="$(patvault get github/ci)".
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which token: service/name, a part of it, or the start of its id
    #[arg(add = Known::Token)]
    token: String,
    /// An older version of it, by its number
    #[arg(long, value_name = "NUMBER")]
    number: Option<u32>,
    /// Something else that belongs to it: what its service needs besides, by its name
    #[arg(long, value_name = "NAME")]
    field: Option<String>,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session()?;
    let got = match &args.field {
        Some(name) => ops::get_field(&session, &args.token, args.number, name, "get")?,
        None => ops::get(&session, &args.token, args.number, "get")?,
    };
    desk.face.secret(&got.secret);
    if let Some(warning) = &got.warning {
        desk.face.warn(&format!("{}: {warning}", escaped(&got.path)));
    }
    session.after(&got);
    Ok(Exit::Done)
}

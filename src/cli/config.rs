//! `patvault config`.

use super::Desk;
use super::edit::{check_editor, lending};
use super::face::Exit;
use crate::config::{Config, TEMPLATE};
use crate::ops::{self, Error};
use crate::text::escaped;

/// Show and change the settings
///
/// They are one TOML file; without it, the defaults hold.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum Action {
    /// Show the settings that hold
    Show,
    /// Say where the file is
    Path,
    /// Write the file, with every default as a comment
    Init,
    /// Change one setting in the file, and leave the rest of it as it is
    Set {
        /// Which: tui.theme, reminders.lead, groups.NAME
        name: String,
        /// What it is to be; without it, the default. Several in one word, with commas between
        value: Option<String>,
    },
    /// Open the file in your editor, and check it
    Edit,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let file = desk.ground.paths.settings();
    let shown = escaped(&file.to_string_lossy()).into_owned();
    match args.action.as_ref().unwrap_or(&Action::Show) {
        Action::Show => {
            let config = Config::read(&file)?;
            desk.face.bytes(config.to_toml().as_bytes());
        }
        Action::Path => desk.face.line(&shown),
        Action::Init => {
            write_template(desk)?;
            desk.face.line(&format!("Wrote the settings to {shown}"));
        }
        Action::Set { name, value } => {
            ops::set(&desk.ground, &[(name, value.as_deref())])?;
            desk.face.line(&ops::set_in_words(name, value.as_deref()));
        }
        Action::Edit => {
            check_editor(desk, "set EDITOR to a program that makes them, or write the file: 'patvault config path'")?;
            if !file.exists() {
                write_template(desk)?;
            }
            let before = ops::read_limited(&file, 1 << 20)?;
            lending(|| ops::edit_file(&file))?;
            while let Err(error) = Config::read(&file) {
                desk.face.report(&error.into());
                let again = desk.terminal.yes("Edit it again? Without that, the settings stay as they were.");
                if !matches!(again, Ok(Some(true))) {
                    ops::write_private(&file, &before)?;
                    return Err(Error::Cancelled);
                }
                lending(|| ops::edit_file(&file))?;
            }
            desk.face.line("The settings make sense.");
        }
    }
    Ok(Exit::Done)
}

fn write_template(desk: &Desk) -> Result<(), Error> {
    let file = desk.ground.paths.settings();
    if file.exists() {
        let shown = escaped(&file.to_string_lossy()).into_owned();
        return Err(Error::usage(format!("{shown} exists already"), "change it with 'patvault config edit'"));
    }
    ops::write_private(&file, TEMPLATE.as_bytes())
}

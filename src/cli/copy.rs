//! `patvault copy`.

use std::time::Duration;

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use crate::clipboard::{Choice, Through, Way};
use crate::ops::{self, Error};
use crate::text::escaped;

/// What is true of every copy that went to a terminal.
const KEPT: &str = "patvault cannot clear it there: copy something else afterwards";

/// Copy the secret of a token, or those of several
///
/// On a desktop it goes to the clipboard, and from there when the time is up, unless something else was copied meanwhile;
/// clipboard managers are told to keep nothing of it. Over SSH, and where there is no display, it is sent to the terminal
/// that you sit at, through tmux and screen too (with the escape sequence OSC 52). A terminal does not say whether it took it, and
/// is not cleared.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which tokens: service/name, a part of it, or the start of its id; several are copied together, a line each
    #[arg(value_name = "TOKEN", required_unless_present = "test", add = Known::Token)]
    tokens: Vec<String>,
    /// Clear it from the desktop's clipboard after this time: 45s, 2m
    #[arg(long = "for", value_name = "TIME", value_parser = super::terms::span)]
    time: Option<Duration>,
    /// An older version of it, by its number
    #[arg(long, value_name = "NUMBER")]
    number: Option<u32>,
    /// Copy nothing; say where a copy would go from here, and why
    #[arg(long, conflicts_with_all = ["tokens", "number"])]
    test: bool,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let time = args.time.unwrap_or_else(|| Duration::from_secs(desk.ground.config.clipboard.secs.max(1).into()));
    if args.number.is_some() && args.tokens.len() > 1 {
        return Err(Error::usage("--number names a version of one token", "copy that one alone"));
    }
    if !args.tokens.is_empty() {
        // Without one, it matters little where a copy would go.
        desk.ground.vault()?;
    }
    // Where it goes is known before anybody is asked for a passphrase.
    let choice = ops::route(&desk.ground)?;
    if args.tokens.is_empty() {
        tell(&choice, time, desk);
        cautions(&choice, args, desk);
        return Ok(Exit::Done);
    }
    let session = desk.session()?;
    let copied = ops::copy(&session, &choice.way, &args.tokens, args.number, time)?;
    let paths: Vec<_> = copied.iter().map(|one| escaped(&one.path)).collect();
    let paths = paths.join(", ");
    match choice.way {
        Way::Desktop => desk.face.prose(&format!("Copied {paths}, cleared in {}", words(time))),
        Way::Terminal(_) => desk.face.prose(&format!("Sent {paths} to your terminal (it cannot confirm)")),
    }
    for one in &copied {
        if let Some(warning) = &one.warning {
            desk.face.warn(&format!("{}: {warning}", escaped(&one.path)));
        }
    }
    cautions(&choice, args, desk);
    Ok(Exit::Done)
}

fn tell(choice: &Choice, time: Duration, desk: &mut Desk) {
    let (to, through) = match &choice.way {
        Way::Desktop => ("the desktop's clipboard", None),
        Way::Terminal(Through::Plain) => ("your terminal", None),
        Way::Terminal(Through::Screen) => ("your terminal", Some("GNU screen".to_owned())),
        Way::Terminal(Through::Tmux { client, .. }) => {
            ("your terminal", Some(format!("tmux, which is shown on {}", escaped(client))))
        }
    };
    desk.face.prose(&format!("A copy goes to {to}: {}", choice.why));
    if let Some(through) = through {
        desk.face.prose(&format!("It goes through {through}"));
    }
    if choice.way == Way::Desktop {
        let cleared = words(time);
        desk.face.prose(&format!("It is cleared in {cleared}; clipboard managers are told to keep nothing of it"));
    } else {
        desk.face.prose("The terminal cannot confirm that it takes it");
    }
}

/// What is to be known of a copy that goes to a terminal: warnings before the next step.
fn cautions(choice: &Choice, args: &Args, desk: &Desk) {
    if choice.way == Way::Desktop {
        return;
    }
    if args.time.is_some() {
        desk.face.warn("--for has no effect: a terminal keeps a copy until the next one");
    }
    if let Some(caution) = choice.caution {
        desk.face.warn(caution);
    }
    desk.face.hint(KEPT);
}

/// A stretch of time in the largest unit that it is a multiple of.
fn words(time: Duration) -> String {
    let units = [(24 * 3600, "d"), (3600, "h"), (60, "min")];
    let whole = units.into_iter().find(|(each, _)| time.as_secs().is_multiple_of(*each));
    let (each, unit) = whole.unwrap_or((1, "s"));
    format!("{} {unit}", time.as_secs() / each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_time_in_words() {
        let cases = [(1, "1 s"), (45, "45 s"), (90, "90 s"), (120, "2 min"), (7200, "2 h"), (86_400, "1 d")];
        for (secs, want) in cases {
            assert_eq!(words(Duration::from_secs(secs)), want);
        }
    }
}

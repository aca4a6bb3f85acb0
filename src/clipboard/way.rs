//! Which clipboard a copy goes to. That is decided by where the person sits, and not by which tool says that it worked: over
//! SSH, the desktop of this machine is one that nobody looks at.

use std::path::PathBuf;

use crate::fault::Explain;
use crate::text::escaped;

/// What decides the way: looked at once, by [`look`](super::look).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The person came over SSH. Inside tmux: whoever attached last did.
    pub ssh: bool,
    /// The variable that names a display.
    pub display: Option<&'static str>,
    /// There is a terminal to write to.
    pub terminal: bool,
    /// What the terminal is called.
    pub term: String,
    /// A window of GNU screen is around this.
    pub screen: bool,
    /// A tmux is.
    pub tmux: Tmux,
}

/// A tmux around this.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tmux {
    /// There is none.
    #[default]
    None,
    /// It does not answer: it belongs to somebody else, or is on the other side of a container.
    Silent,
    /// The outermost one that can be asked.
    Speaks(Pane),
}

/// What a tmux says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    /// Its socket.
    pub socket: PathBuf,
    /// Nothing else stands between its pane and this.
    pub direct: bool,
    /// The program that its pane shows.
    pub shows: String,
    /// The terminal that it is shown on. `None` where nobody is attached.
    pub client: Option<Client>,
    /// It may set the clipboard of its terminal.
    pub may: bool,
}

/// The terminal that a tmux is shown on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// What tmux calls it.
    pub name: String,
    /// What the terminal is called.
    pub term: String,
    /// As far as tmux knows, it takes a copy.
    pub takes: bool,
}

/// What the person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Whatever is right.
    Auto,
    /// The desktop's clipboard.
    Desktop,
    /// The terminal's.
    Terminal,
}

/// Where a copy goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// To the desktop's clipboard.
    Desktop,
    /// To the terminal's.
    Terminal(Through),
}

/// How it gets to the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Through {
    /// As it is.
    Plain,
    /// Through GNU screen.
    Screen,
    /// Through a tmux, to one of its terminals.
    Tmux {
        /// The tmux.
        socket: PathBuf,
        /// Its terminal.
        client: String,
    },
}

/// A way, and why it is that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The way.
    pub way: Way,
    /// Why, in words.
    pub why: String,
    /// What may keep the copy from arriving.
    pub caution: Option<&'static str>,
}

/// The terminal is one that another tmux or screen makes, out of reach from here.
const MULTIPLEXED: &str = "another tmux or screen seems to be around this: tmux passes a copy on only with \
                           'set -s set-clipboard on', and keeps it in a buffer of its own; screen does not pass it on";
const TMUX_IS_SILENT: &str = "the tmux around this does not answer: it passes a copy on only with \
                              'set -s set-clipboard on', and keeps it in a buffer of its own";

/// Chooses the way.
///
/// # Errors
/// Says why there is none.
pub fn choose(facts: &Facts, wish: Wish) -> Result<Choice, NoWay> {
    let why = match (wish, facts.display) {
        (Wish::Desktop, None) => return Err(NoWay::Display),
        (Wish::Desktop, Some(_)) => return Ok(desktop("the settings say so".into())),
        (Wish::Auto, Some(variable)) if !facts.ssh => return Ok(desktop(format!("there is a display ({variable})"))),
        (Wish::Terminal, _) => "the settings say so",
        (Wish::Auto, _) if facts.ssh => "you came over SSH, and the terminal is where you sit",
        (Wish::Auto, _) => "there is no display",
    };
    let (through, caution) = through(facts)?;
    Ok(Choice { way: Way::Terminal(through), why: why.into(), caution })
}

/// The way over the terminal, where the desktop that was chosen cannot be reached after all.
///
/// # Errors
/// Says why there is none.
pub fn instead(facts: &Facts) -> Result<Choice, NoWay> {
    let (through, caution) = through(facts)?;
    Ok(Choice { way: Way::Terminal(through), why: "the desktop's clipboard cannot be reached".into(), caution })
}

fn desktop(why: String) -> Choice {
    Choice { way: Way::Desktop, why, caution: None }
}

fn through(facts: &Facts) -> Result<(Through, Option<&'static str>), NoWay> {
    match &facts.tmux {
        // A screen that another terminal shows by now is no business of that tmux.
        Tmux::Speaks(pane) if pane.direct || !facts.screen || pane.shows == "screen" => through_tmux(pane),
        _ if !facts.terminal => Err(NoWay::Terminal),
        _ if ["", "dumb", "linux"].contains(&facts.term.as_str()) => Err(NoWay::Dumb { term: facts.term.clone() }),
        Tmux::Speaks(_) => Ok((Through::Screen, Some(MULTIPLEXED))),
        _ if facts.screen => Ok((Through::Screen, None)),
        Tmux::Silent => Ok((Through::Plain, Some(TMUX_IS_SILENT))),
        Tmux::None => Ok((Through::Plain, is_multiplexer(&facts.term).then_some(MULTIPLEXED))),
    }
}

fn through_tmux(pane: &Pane) -> Result<(Through, Option<&'static str>), NoWay> {
    let client = pane.client.as_ref().ok_or(NoWay::Detached)?;
    if !pane.may {
        return Err(NoWay::Forbidden);
    }
    if !client.takes {
        return Err(NoWay::Incapable { term: client.term.clone() });
    }
    let through = Through::Tmux { socket: pane.socket.clone(), client: client.name.clone() };
    Ok((through, is_multiplexer(&client.term).then_some(MULTIPLEXED)))
}

/// Whether a terminal of this name is one that tmux or screen makes.
pub(super) fn is_multiplexer(term: &str) -> bool {
    term.starts_with("tmux") || term.starts_with("screen")
}

/// Why a copy can go nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoWay {
    /// The desktop was wanted, and there is none.
    #[error("there is no display, and the settings want the desktop's clipboard")]
    Display,
    /// There is neither.
    #[error("there is neither a display nor a terminal to copy to")]
    Terminal,
    /// A terminal that has no clipboard.
    #[error("this terminal ({}) has no clipboard", if term.is_empty() { "TERM is not set".into() } else { escaped(term) })]
    Dumb {
        /// What it is called.
        term: String,
    },
    /// Nobody looks at the tmux.
    #[error("no terminal is attached to this tmux")]
    Detached,
    /// The tmux may not set a clipboard.
    #[error("tmux may not set the terminal's clipboard: its option set-clipboard is off")]
    Forbidden,
    /// The tmux does not know that its terminal has a clipboard.
    #[error("tmux does not know that its terminal ({}) takes a copy", escaped(term))]
    Incapable {
        /// What the terminal is called.
        term: String,
    },
}

impl Explain for NoWay {
    fn hint(&self) -> Option<String> {
        let get = "'patvault get' prints the secret";
        Some(match self {
            Self::Display => format!("take way = \"desktop\" out of the settings ('patvault config edit'), or {get}"),
            Self::Terminal | Self::Dumb { .. } => format!("{get}, for a program that takes it from there"),
            Self::Detached => "attach to it, and copy then".into(),
            Self::Forbidden => "put 'set -s set-clipboard external' into tmux.conf, and run it with 'tmux set'".into(),
            Self::Incapable { term } => {
                let term = escaped(term);
                format!(
                    "if it does, put \"set -as terminal-features ',{term}:clipboard'\" into tmux.conf, and attach anew"
                )
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane() -> Pane {
        let client = Client { name: "/dev/pts/1".into(), term: "xterm-256color".into(), takes: true };
        Pane { socket: "/s".into(), direct: true, shows: "bash".into(), client: Some(client), may: true }
    }

    fn client(change: impl FnOnce(&mut Client)) -> Tmux {
        let mut pane = pane();
        pane.client.as_mut().map(change);
        Tmux::Speaks(pane)
    }

    /// A terminal on a desktop.
    fn plain() -> Facts {
        Facts { display: Some("DISPLAY"), terminal: true, term: "xterm".into(), ..Facts::default() }
    }

    #[test]
    fn the_way_is_where_the_person_sits() {
        let tmux = || Tmux::Speaks(pane());
        let over_ssh = || Facts { ssh: true, ..plain() };
        let bare = || Facts { display: None, ..plain() };
        let inside = |direct, shows: &str| Tmux::Speaks(Pane { direct, shows: shows.into(), ..pane() });
        let through = |through: Through| Ok(Way::Terminal(through));
        let to_tmux = || Way::Terminal(Through::Tmux { socket: "/s".into(), client: "/dev/pts/1".into() });
        let cases: Vec<(&str, Facts, Wish, Result<Way, NoWay>)> = vec![
            ("a desktop", plain(), Wish::Auto, Ok(Way::Desktop)),
            ("a program without a terminal", Facts { terminal: false, ..plain() }, Wish::Auto, Ok(Way::Desktop)),
            ("tmux on a desktop", Facts { tmux: tmux(), ..plain() }, Wish::Auto, Ok(Way::Desktop)),
            ("the terminal is wanted", plain(), Wish::Terminal, through(Through::Plain)),
            ("SSH", over_ssh(), Wish::Auto, through(Through::Plain)),
            ("SSH with X, which is wanted", over_ssh(), Wish::Desktop, Ok(Way::Desktop)),
            ("no display", bare(), Wish::Auto, through(Through::Plain)),
            ("no display is not enough", bare(), Wish::Desktop, Err(NoWay::Display)),
            ("nothing", Facts::default(), Wish::Auto, Err(NoWay::Terminal)),
            ("SSH, tmux", Facts { tmux: tmux(), ..over_ssh() }, Wish::Auto, Ok(to_tmux())),
            ("tmux, no terminal", Facts { tmux: tmux(), ..Facts::default() }, Wish::Auto, Ok(to_tmux())),
            ("screen", Facts { screen: true, ..bare() }, Wish::Auto, through(Through::Screen)),
            (
                "screen in tmux",
                Facts { screen: true, tmux: inside(false, "screen"), ..bare() },
                Wish::Auto,
                Ok(to_tmux()),
            ),
            (
                "screen that was in tmux once",
                Facts { screen: true, tmux: inside(false, "bash"), ..bare() },
                Wish::Auto,
                through(Through::Screen),
            ),
            ("tmux in screen", Facts { screen: true, tmux: inside(true, "bash"), ..bare() }, Wish::Auto, Ok(to_tmux())),
            ("a terminal in tmux", Facts { tmux: inside(false, "script"), ..bare() }, Wish::Auto, Ok(to_tmux())),
            ("a tmux that is silent", Facts { tmux: Tmux::Silent, ..bare() }, Wish::Auto, through(Through::Plain)),
            (
                "a silent tmux around screen",
                Facts { tmux: Tmux::Silent, screen: true, ..bare() },
                Wish::Auto,
                through(Through::Screen),
            ),
            (
                "nobody looks",
                Facts { tmux: Tmux::Speaks(Pane { client: None, ..pane() }), ..bare() },
                Wish::Auto,
                Err(NoWay::Detached),
            ),
            (
                "tmux may not",
                Facts { tmux: Tmux::Speaks(Pane { may: false, ..pane() }), ..bare() },
                Wish::Auto,
                Err(NoWay::Forbidden),
            ),
            (
                "tmux cannot",
                Facts { tmux: client(|it| it.takes = false), ..bare() },
                Wish::Auto,
                Err(NoWay::Incapable { term: "xterm-256color".into() }),
            ),
        ];
        for (what, facts, wish, want) in cases {
            assert_eq!(choose(&facts, wish).map(|choice| choice.way), want, "{what}");
        }
        for term in ["", "dumb", "linux"] {
            let facts = Facts { term: term.into(), ..bare() };
            assert_eq!(choose(&facts, Wish::Auto), Err(NoWay::Dumb { term: term.into() }));
        }
    }

    #[test]
    fn what_may_keep_a_copy_from_arriving_is_said() {
        let over_ssh = Facts { ssh: true, ..plain() };
        let cases = [
            (over_ssh.clone(), None),
            (Facts { term: "tmux-256color".into(), ..over_ssh.clone() }, Some(MULTIPLEXED)),
            (Facts { term: "screen.xterm".into(), ..over_ssh.clone() }, Some(MULTIPLEXED)),
            (Facts { term: "screen".into(), screen: true, ..over_ssh.clone() }, None),
            (Facts { term: "tmux-256color".into(), tmux: Tmux::Speaks(pane()), ..over_ssh.clone() }, None),
            (Facts { tmux: client(|it| it.term = "tmux-256color".into()), ..over_ssh.clone() }, Some(MULTIPLEXED)),
            (
                Facts { screen: true, tmux: Tmux::Speaks(Pane { direct: false, ..pane() }), ..over_ssh.clone() },
                Some(MULTIPLEXED),
            ),
            (Facts { tmux: Tmux::Silent, ..over_ssh }, Some(TMUX_IS_SILENT)),
        ];
        for (facts, want) in cases {
            assert_eq!(choose(&facts, Wish::Auto).unwrap().caution, want, "{facts:?}");
        }
    }

    #[test]
    fn every_way_has_its_reason() {
        let ssh = Facts { ssh: true, ..plain() };
        let cases = [
            (plain(), Wish::Auto, "there is a display (DISPLAY)"),
            (plain(), Wish::Terminal, "the settings say so"),
            (ssh, Wish::Auto, "you came over SSH, and the terminal is where you sit"),
            (Facts { display: None, ..plain() }, Wish::Auto, "there is no display"),
        ];
        for (facts, wish, want) in cases {
            assert_eq!(choose(&facts, wish).unwrap().why, want);
        }
        assert_eq!(instead(&plain()).unwrap().why, "the desktop's clipboard cannot be reached");
    }
}

//! What happens, and what is asked for. No secret but the one that is being looked at or was just pasted; those cannot be
//! printed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};
use secrecy::SecretString;

use crate::config::Config;
use crate::exchange::facts::Facts;
use crate::fault::{Explain, Kind};
use crate::ops::{self, Event, Names, Shown, Whole};
use crate::secret::Secret;
use crate::service::Service;
use crate::text::counted;
use crate::token::Token;
use crate::token::draft::Draft;
use crate::token::id::{BatchId, TokenId};
use crate::token::now::Now;
use crate::token::reminder::{self, Duty};
use crate::token::rules::Rules;
use crate::vault::UseRecord;

use super::turn::{Turn, Turned};
use super::written::Written;

/// A moment, twice: as the calendar has it, and as time that passes, also while the machine sleeps.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// The present.
    pub now: Now,
    /// Since some beginning.
    pub passed: Duration,
}

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// It is that late.
    Tick(At),
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Something was pasted. What it is, is not known here.
    Paste(Secret),
    /// The terminal has another size: columns and rows.
    Resize(u16, u16),
    /// The terminal was taken away and is back.
    Back,
    /// The person's editor was closed: what was written there, or what went wrong and what stood there then; and when that is.
    Edited(Box<Written>, Result<String, (Fault, Option<String>)>, At),
    /// Too much is asked already: this was not.
    Busy(Box<Request>),
    /// Something came back from the vault.
    Reply(Reply),
}

/// A new token as a form says it.
#[derive(Debug, Clone)]
pub struct Entered {
    /// The token.
    pub draft: Draft,
    /// The other tokens that its service is asked with, by the name of a credential: what the person calls each.
    pub with: BTreeMap<String, String>,
}

/// What a list of tokens in a file holds. No secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListSeen {
    /// How the columns of a table were understood.
    pub columns: Vec<String>,
    /// The tokens that would come in, a line each.
    pub tokens: Vec<String>,
    /// What would not, and what else there is to say.
    pub notes: Vec<String>,
}

impl ListSeen {
    /// How many tokens would come in.
    pub fn count(&self) -> String {
        counted(self.tokens.len(), "token")
    }
}

/// What a form says of a token that was shown.
#[derive(Debug)]
pub struct Changed {
    /// The token, as it was shown.
    pub shown: Shown,
    /// Its facts when the person began.
    pub before: Facts,
    /// The same as the person wants them.
    pub facts: Facts,
    /// What is secret about it besides and was entered anew.
    pub parts: BTreeMap<String, Secret>,
}

/// What came back from whoever works with the vault.
#[derive(Debug)]
pub enum Reply {
    /// Before the vault opens, somebody is asked this.
    Asked(Question),
    /// While the vault is being opened, this is said.
    Said(String),
    /// The vaults of this device while none is open, and which one is meant, where that is clear.
    Doors(Vec<Door>, Option<String>),
    /// How strong a new passphrase is, where that can be told.
    Measured(Option<ops::Strength>),
    /// The vault is open.
    Opened(Box<Opened>),
    /// These came into the vault or are others now, and those are gone.
    Loaded(Vec<Token>, Vec<TokenId>),
    /// What belongs to a token, besides what is known of all.
    Details(Box<Details>),
    /// This happened.
    History(Box<History>),
    /// Secrets were copied.
    Copied(Copied),
    /// A secret is to be shown.
    Revealed(TokenId, Secret),
    /// For how long the vault stays open, if nothing is done.
    Left(Duration),
    /// It was locked, by whatever.
    Locked(Option<Fault>),
    /// The catalogue of services.
    Services(Arc<Vec<Service>>),
    /// A token with what belongs to it.
    Shown(Box<Shown>),
    /// The facts of a token, to be edited.
    Facts(Box<Written>),
    /// What was written in an editor is not in the vault, and why.
    NotFacts(Box<Written>, Fault),
    /// Where a secret stands already.
    Twins(Vec<String>),
    /// What came of asking about a draft, or why nobody can be asked.
    DraftAsked(Box<Result<ops::Reply, String>>),
    /// Before a draft is asked about: may its secret go to these hosts, which the person's own definition names?
    MaySend(Vec<String>, Box<Entered>),
    /// Everything about a token.
    Whole(Box<Whole>),
    /// What came of a step of a rotation or a revocation.
    Turned(Box<Turned>),
    /// A token was added or changed, and this is to be said of it.
    Kept(TokenId, String),
    /// Files and folders whose paths begin like that.
    Paths(String, Vec<String>),
    /// What a list of tokens holds.
    ListSeen(Box<ops::List>, ListSeen),
    /// A list is being brought in: how many tokens so far, of how many.
    Importing(usize, usize),
    /// A list was brought in. A sentence, and what there was in it.
    Imported(String, ListSeen),
    /// Something was done, and this is to be said of it.
    Done(String),
    /// A setting was changed: which, and the settings that hold then; or why it was not.
    Set(String, Result<Box<Config>, Fault>),
    /// Services are being asked: how many answered, of how many.
    Progress(usize, usize),
    /// Before services are asked about these: such hosts get a secret for the first time.
    Hosts(Vec<TokenId>, Vec<String>),
    /// Services were asked. A sentence, and what is to be known of single tokens.
    Verified(String, Vec<String>),
    /// Something failed.
    Failed(Fault),
}

/// A question while a vault is being opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its text.
    pub text: String,
    /// What may answer it.
    pub wants: Wants,
}

/// What answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Text that is not shown.
    Hidden,
    /// Text that is.
    Text,
    /// Yes or no.
    Word,
}

/// A vault, as far as it tells while it is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// What it is called.
    pub name: String,
    /// What opens it.
    pub ways: String,
}

/// A vault that was opened.
#[derive(Debug)]
pub struct Opened {
    /// What it is called.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// It is thrown away at the end.
    pub demo: bool,
    /// Its rules for reminders.
    pub rules: Rules,
    /// All vaults of this device.
    pub vaults: Vec<String>,
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Nobody else locks it: after that time without a key it is locked from here.
    pub idle: Option<Duration>,
}

/// How many days of uses are told.
pub const USE_DAYS: usize = 30;

/// What belongs to a token and is read when somebody looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Whose it is.
    pub id: TokenId,
    /// Its note.
    pub note: Option<String>,
    /// Its latest uses, newest first.
    pub uses: Vec<UseRecord>,
    /// When it was used in the last [`USE_DAYS`].
    pub times: Vec<DateTime<Utc>>,
}

/// What happened, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// To which token; `None` for all.
    pub of: Option<TokenId>,
    /// How many events were asked for. Where there are fewer, there are no more.
    pub most: usize,
    /// The events, newest first.
    pub events: Vec<Event>,
    /// The paths of the tokens that they are about.
    pub names: Names,
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Of which tokens.
    pub ids: Vec<TokenId>,
    /// What that is called: `service/name` of one.
    pub what: String,
    /// It is cleared after this time; `None` where nobody clears it: it went to a terminal.
    pub cleared: Option<Duration>,
    /// What is to be known of the tokens, or of the way that the copy went.
    pub warning: Option<String>,
}

/// An error on its way between threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was being done and what went wrong.
    pub text: String,
    /// The next step.
    pub hint: Option<String>,
    /// What it means.
    pub kind: Kind,
}

impl Fault {
    /// An error as it is shown.
    pub fn of(error: &ops::Error) -> Self {
        Self { text: error.to_string(), hint: error.hint(), kind: error.kind() }
    }
}

/// What is to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// By whoever works with the vault.
    Ask(Request),
    /// The answer to a [`Question`]; `None` ends it.
    Answer(Option<Answer>),
    /// Give the terminal back and stop, until the shell goes on.
    Suspend,
    /// Lend the terminal to the person's editor, with these facts in it.
    Editor(Box<Written>),
    /// Draw everything anew, whatever stands there.
    Redraw,
    /// End.
    Quit,
}

/// An answer to a [`Question`].
#[derive(Debug)]
pub enum Answer {
    /// To [`Wants::Hidden`].
    Hidden(SecretString),
    /// To [`Wants::Text`].
    Text(String),
    /// To [`Wants::Word`].
    Word(bool),
}

/// What the vault is asked for.
#[derive(Debug)]
pub enum Request {
    /// Open the vault, by whatever way there is.
    Unlock,
    /// Make the first vault, with a passphrase, and open it.
    Create(String, SecretString),
    /// Measure a new passphrase.
    Measure(SecretString),
    /// Open a throw-away vault.
    Demo,
    /// Forget the key, and have the agent forget it.
    Lock,
    /// Somebody is there: the vault stays open.
    Touch,
    /// Everything that belongs to a token.
    Details(TokenId),
    /// What happened: to one token or to all, and so many events at most.
    History(Option<TokenId>, usize),
    /// Take a change back: the latest, or that one.
    Undo(Option<BatchId>),
    /// Say this to a reminder.
    Answer(TokenId, Duty, reminder::Answer),
    /// Put their secrets on the clipboard.
    Copy(Vec<TokenId>),
    /// Give its secret, to be shown.
    Reveal(TokenId),
    /// The catalogue of services.
    Services,
    /// A token with what belongs to it.
    Show(TokenId),
    /// Where a secret stands already.
    Twins(Secret),
    /// Everything about a token.
    Whole(TokenId),
    /// A step of a rotation or a revocation.
    Turn(Box<Turn>),
    /// Open a page with the desktop's browser.
    Browse(String),
    /// Put the address of a page on the clipboard.
    CopyAddress(String),
    /// The same with the command of a place.
    CopyCommand(String),
    /// Ask the service about a draft; whether the person agreed to new hosts.
    AskDraft(Box<Entered>, bool),
    /// Add a token, though something speaks against it, and with what the service said of it.
    Add(Box<Entered>, bool, Option<Box<ops::Reply>>),
    /// Change a token that was shown.
    Edit(Box<Changed>),
    /// The facts of a token, for an editor.
    Facts(TokenId),
    /// Change a token as an editor left its facts.
    EditFacts(Box<Written>),
    /// Look for files whose paths begin like that.
    PathsLike(String),
    /// Look what a list of tokens would bring.
    LookAtList(Box<ops::List>),
    /// Bring it in, if it holds what was seen.
    Import(Box<ops::List>, ListSeen),
    /// Move them to the trash.
    Remove(Vec<TokenId>),
    /// Bring them back from there.
    Restore(Vec<TokenId>),
    /// Change their tags: words as `prod` and `-prod`.
    Tag(Vec<TokenId>, String),
    /// Ask their services about them. Whether the person knows which hosts get a secret for the first time.
    Verify(Vec<TokenId>, bool),
    /// End the asking.
    Stop,
    /// Change settings, in the file and all or none; without a value, to their default.
    Set(Vec<(String, Option<String>)>),
    /// Close the vault, and open the one of that name.
    Switch(String),
}

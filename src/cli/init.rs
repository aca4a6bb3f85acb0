//! `patvault init`.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::Desk;
use super::ask::{Answer, Terminal};
use super::face::{Exit, Face};
use crate::ops::{self, Error, Init};
use crate::text::escaped;

/// Create a vault
///
/// Without any option, a passphrase is asked for. With --ssh, --recipient or --identity the vault opens with that key, and
/// no passphrase is needed; --passphrase adds one all the same.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What the vault is called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Open it with an SSH key: a key file (public or private), or the public key itself
    #[arg(long, value_name = "KEY")]
    ssh: Vec<String>,
    /// Open it with this age recipient (age1...), a plugin's too
    #[arg(long, value_name = "RECIPIENT")]
    recipient: Vec<String>,
    /// Ask for a passphrase besides the keys
    #[arg(long)]
    passphrase: bool,
}

pub(super) fn run(args: Args, desk: &mut Desk) -> Result<Exit, Error> {
    let by_key = !args.ssh.is_empty() || !args.recipient.is_empty() || !desk.means.identities.is_empty();
    let name = args.name.or_else(|| desk.ground.named.clone()).unwrap_or_else(|| desk.ground.config.vault.clone());
    let there = crate::token::label::Label::Plain.parse(&name).map(|name| desk.ground.paths.vault(&name))?;
    // A link to nowhere is in the way as well.
    if there.symlink_metadata().is_ok() {
        return Err(crate::vault::Error::Exists { dir: there }.into());
    }
    let passphrase = match &desk.means.passphrase_file {
        Some(file) => Some(given_passphrase(file, &desk.face)?),
        None if !by_key || args.passphrase => {
            desk.face.say("The passphrase opens the vault. Nobody can bring it back: without it the tokens are lost.");
            Some(new_passphrase(&desk.terminal, &desk.face)?)
        }
        None => None,
    };
    let identities = desk.means.identities.clone();
    let typed = passphrase.is_some() && desk.means.passphrase_file.is_none();
    let init = Init { name, passphrase, typed, ssh: args.ssh, recipients: args.recipient, identities };
    let session = ops::init(desk.ground.clone(), init, &desk.prompts)?;
    let dir = escaped(&session.vault.dir().to_string_lossy()).into_owned();
    desk.face.line(&format!("Created the vault '{}' in {dir}", session.ground.vault_name()?));
    desk.face.hint(
        "add a token with 'patvault add github/ci'; a second way in: 'patvault key add --ssh ~/.ssh/id_ed25519.pub'",
    );
    Ok(Exit::Done)
}

/// Asks for a new passphrase, twice, and says how strong it is.
pub(super) fn new_passphrase(terminal: &Terminal, face: &Face) -> Result<SecretString, Error> {
    loop {
        let first = ask(terminal, "New passphrase: ")?;
        if first.expose_secret().is_empty() {
            face.say("A passphrase cannot be empty.");
            continue;
        }
        if let Some(weakness) = weakness(&first) {
            face.warn(&weakness);
            if terminal.yes("Use it all the same?")? != Some(true) {
                continue;
            }
        }
        if ask(terminal, "The same again: ")?.expose_secret() == first.expose_secret() {
            return Ok(first);
        }
        face.say("The two are not the same.");
    }
}

fn ask(terminal: &Terminal, question: &str) -> Result<SecretString, Error> {
    match terminal.hidden(question) {
        Answer::Given(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(SecretString::from(text.to_owned())),
            Err(_) => Err(Error::usage("the passphrase is not text", "use characters that your terminal knows")),
        },
        Answer::Cancelled => Err(Error::Cancelled),
        Answer::NoTerminal => Err(Error::NoTerminal {
            what: "a new passphrase",
            instead: "give it in a file: --passphrase-file F with init, --new-passphrase-file F with key; or use a key",
        }),
    }
}

/// Reads a new passphrase from a file. It is taken as it is; that it is weak is said.
pub(super) fn given_passphrase(file: &Path, face: &Face) -> Result<SecretString, Error> {
    let passphrase = ops::read_passphrase(file)?;
    if let Some(weakness) = weakness(&passphrase) {
        face.warn(&weakness);
    }
    Ok(passphrase)
}

/// What is to be said of a weak passphrase.
fn weakness(passphrase: &SecretString) -> Option<String> {
    let strength = ops::strength(passphrase);
    strength.is_weak().then(|| strength.words())
}

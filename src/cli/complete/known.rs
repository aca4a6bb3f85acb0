//! What is known of an argument: what may be put there. A definition says it with one attribute, `add = Known::Token`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::sync::OnceLock;

use clap::builder::ArgExt;
use clap_complete::engine::CompletionCandidate;

use crate::clock;
use crate::ops::{self, Ground};
use crate::token::Token;
use crate::token::column::{self, COLUMNS};
use crate::token::expiry::Expiry;
use crate::token::now::Now;
use crate::token::{query, when};

/// What may be put in the place of an argument.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum Known {
    /// A token in use.
    Token,
    /// One in the trash.
    Trashed,
    /// Any of them.
    AnyToken,
    /// The beginning of a new token's path.
    NewToken,
    /// A service of which there are tokens.
    Service,
    /// Whose tokens there are.
    Account,
    /// Which sorts.
    Kind,
    /// At which addresses.
    Instance,
    /// A tag, or with `-` one to be taken away.
    Tag,
    /// The same of a scope.
    Scope,
    /// A credential's name with a token in use that may serve as it.
    With,
    /// A place where tokens are installed.
    Place,
    /// A word of a query.
    Query,
    /// A column.
    Column,
    /// A column to sort by, backwards with `-`.
    Order,
    /// A vault.
    Vault,
    /// A way in.
    Way,
    /// A backup.
    Backup,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
}

impl ArgExt for Known {}

/// What there is, looked up when it is asked for.
pub(super) struct Shelf {
    ground: Option<Ground>,
    now: Now,
    tokens: OnceLock<Vec<Token>>,
}

impl Shelf {
    /// A shelf of the vault that is meant there. Where that could not be told, it is empty.
    pub(super) fn new(ground: Option<Ground>) -> Self {
        Self { ground, now: clock::now(), tokens: OnceLock::new() }
    }

    /// All tokens, sorted; none while the vault is locked.
    fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| {
            let mut all = self.ground.as_ref().and_then(ops::peek).unwrap_or_default();
            all.sort_by(column::by_path);
            all
        })
    }

    fn kept(&self) -> impl Iterator<Item = &Token> {
        self.tokens().iter().filter(|token| token.is_kept())
    }

    /// A fact of the tokens in use, each once.
    fn facts<'a, I: IntoIterator<Item = &'a String>>(&'a self, fact: fn(&'a Token) -> I) -> Vec<Offer> {
        let all: BTreeSet<&String> = self.kept().flat_map(fact).collect();
        all.into_iter().map(|fact| Offer::of(fact)).collect()
    }

    /// Tokens by their paths, each path once.
    fn paths(&self, wanted: fn(&Token) -> bool) -> Vec<Offer> {
        let all = self.tokens().iter().filter(|token| wanted(token));
        let offer = |token: &Token| Offer { value: token.path(), about: Some(about(token, &self.now)) };
        let mut offers: Vec<Offer> = all.map(offer).collect();
        offers.dedup_by(|a, b| a.value == b.value);
        offers
    }

    /// The credentials of the services of which there are tokens; behind a name, the tokens of the services that know it.
    fn credentials(&self, typed: &str) -> Vec<Offer> {
        let Some(ground) = &self.ground else { return vec![] };
        let ids: BTreeSet<&String> = self.kept().map(|token| &token.service).collect();
        let services = ids.into_iter().filter_map(|id| ops::service(ground, id).ok());
        let known: Vec<(String, String, String)> = services
            .flat_map(|service| {
                let credentials = service.definition.credentials.iter();
                let known = credentials.map(|(name, what)| (service.id.clone(), name.clone(), what.what.clone()));
                known.collect::<Vec<_>>()
            })
            .collect();
        match typed.split_once('=') {
            None => known
                .into_iter()
                .map(|(_, name, what)| Offer { value: format!("{name}="), about: Some(what) })
                .collect(),
            Some((name, _)) => {
                let fits = |token: &&Token| known.iter().any(|(id, known, _)| known == name && *id == token.service);
                self.kept().filter(fits).map(|token| Offer::of(&format!("{name}={}", token.path()))).collect()
            }
        }
    }

    fn named<T>(&self, all: fn(&Ground) -> Result<Vec<T>, ops::Error>, name: fn(&T) -> String) -> Vec<Offer> {
        let found = self.ground.as_ref().and_then(|ground| all(ground).ok()).unwrap_or_default();
        found.iter().map(|one| Offer::of(&name(one))).collect()
    }
}

/// Something that may be put there, and what is to be said of it.
struct Offer {
    value: String,
    about: Option<String>,
}

impl Offer {
    fn of(value: &str) -> Self {
        Self { value: value.to_owned(), about: None }
    }
}

impl Known {
    /// What fits an argument of which so much is typed, in any place of it: the shell knows what its person wants of these.
    pub(super) fn offers(self, shelf: &Shelf, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = typed.to_str() else { return vec![] };
        let signs: &[char] = if self.takes_minus() { &['-', '+'] } else { &[] };
        let sign = typed.get(..1).filter(|_| typed.starts_with(signs)).unwrap_or_default();
        let wanted = typed.to_lowercase();
        let all =
            self.all(shelf, typed).into_iter().map(|offer| Offer { value: format!("{sign}{}", offer.value), ..offer });
        let fitting = all.filter(|offer| fits(&offer.value, &wanted));
        fitting.map(|offer| CompletionCandidate::new(offer.value).help(offer.about.map(Into::into))).collect()
    }

    fn takes_minus(self) -> bool {
        matches!(self, Self::Tag | Self::Scope | Self::Order)
    }

    fn all(self, shelf: &Shelf, typed: &str) -> Vec<Offer> {
        match self {
            Self::Token => shelf.paths(Token::is_kept),
            Self::Trashed => shelf.paths(|token| token.trashed.is_some() && token.purged.is_none()),
            Self::AnyToken => shelf.paths(|_| true),
            Self::NewToken => {
                let services = shelf.facts(|token| Some(&token.service));
                services.into_iter().map(|offer| Offer::of(&format!("{}/", offer.value))).collect()
            }
            Self::Service => shelf.facts(|token| Some(&token.service)),
            Self::Account => shelf.facts(|token| token.account.as_ref()),
            Self::Kind => shelf.facts(|token| token.kind.as_ref()),
            Self::Instance => shelf.facts(|token| token.instance.as_ref()),
            Self::Tag => shelf.facts(|token| &token.tags),
            Self::Scope => shelf.facts(|token| token.current().may().iter().map(|scope| &scope.name)),
            Self::With => shelf.credentials(typed),
            Self::Place => shelf.facts(|token| token.consumers.keys()),
            Self::Query => query::endings(typed, shelf.kept()).iter().map(|word| Offer::of(word)).collect(),
            Self::Column | Self::Order => COLUMNS.iter().map(|column| Offer::of(column.name)).collect(),
            Self::Vault => shelf.named(|ground| Ok(ground.vaults()), String::clone),
            Self::Way => shelf.named(ops::ways, |slot| slot.name.clone()),
            Self::Backup => shelf.named(ops::backups, crate::vault::Backup::name),
            Self::Word(words) => words().into_iter().map(Offer::of).collect(),
        }
    }
}

/// Whether it holds what is typed, however that is written; quotes of a query are typed for the shell.
fn fits(value: &str, wanted: &str) -> bool {
    let value = value.to_lowercase();
    value.contains(wanted) || value.replace('"', "").contains(wanted)
}

/// When it ends, for a person who has to choose.
fn about(token: &Token, now: &Now) -> String {
    if let Some(word) = column::discarded(token) {
        return word.to_owned();
    }
    match token.current().expiry {
        Expiry::Unknown => "no expiry known".to_owned(),
        Expiry::Never(_) => "never ends".to_owned(),
        Expiry::Ends(date, _) if date.is_past(now) => format!("ended {}", when::words(date.day(now), now)),
        Expiry::Ends(date, _) => format!("ends {}", when::words(date.day(now), now)),
    }
}

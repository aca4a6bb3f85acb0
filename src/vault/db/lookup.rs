//! Looking one thing up, without loading what hangs on it: finding a token, and handing its secret out.

use rusqlite::{OptionalExtension, Params, Row, params};

use super::super::error::{Error, sql};
use super::super::seal;
use super::read::Reader;
use super::row;
use crate::secret::Secret;
use crate::token::expiry::Expiry;
use crate::token::id::{TokenId, VersionId};
use crate::verdict::Verdict;

/// A token, as far as it takes to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Its id.
    pub id: TokenId,
    /// Who issues it.
    pub service: String,
    /// What the person calls it.
    pub name: String,
    /// It was put into the trash.
    pub trashed: bool,
    /// Its secrets were destroyed.
    pub purged: bool,
    /// Its row, for as long as its reader lives.
    key: i64,
}

impl Sketch {
    /// `service/name`. Not escaped.
    pub fn path(&self) -> String {
        format!("{}/{}", self.service, self.name)
    }
}

/// A version of a token, as far as it takes to hand its secret out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its id.
    pub id: VersionId,
    /// Counts a token's versions from 1.
    pub number: u32,
    /// When it ends, and who said so.
    pub expiry: Expiry,
    /// The latest answer of the service.
    pub verdict: Option<Verdict>,
    /// Its row, for as long as its reader lives.
    key: i64,
}

impl Issue {
    /// The service said that it does not work any more.
    pub fn is_dead(&self) -> bool {
        self.verdict.as_ref().is_some_and(Verdict::is_dead)
    }
}

/// A place where a secret stands already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The token.
    pub token: TokenId,
    /// Its path.
    pub path: String,
    /// Which of its versions, counted from 1.
    pub number: u32,
    /// It is in the trash.
    pub trashed: bool,
}

const SKETCHES: &str = "SELECT id, service, name, trashed IS NOT NULL, purged IS NOT NULL, key FROM token";

impl Reader<'_> {
    /// The tokens of exactly that service and name: there may be several, of different accounts.
    pub fn sketches_at(&self, service: &str, name: &str) -> Result<Vec<Sketch>, Error> {
        self.all(&format!("{SKETCHES} WHERE service = ?1 AND name = ?2"), [service, name], sketch)
            .map_err(sql("find a token"))
    }

    /// The tokens that pass a sieve, each with what the sieve makes of its service, name and id.
    pub fn sketches<T>(&self, sieve: impl Fn(&str, &str, TokenId) -> Option<T>) -> Result<Vec<(T, Sketch)>, Error> {
        let mut passed = vec![];
        let look = |r: &Row| {
            if let Some(found) = sieve(r.get_ref(1)?.as_str()?, r.get_ref(2)?.as_str()?, row::id_at(r, 0)?) {
                passed.push((found, sketch(r)?));
            }
            Ok(())
        };
        self.each(SKETCHES, "", None, look).map_err(sql("find a token"))?;
        Ok(passed)
    }

    /// The versions of a token, newest first.
    pub fn issues(&self, token: &Sketch) -> Result<Vec<Issue>, Error> {
        let select = "SELECT id, expiry, verdict, key FROM version WHERE token = ?1 ORDER BY key";
        let mut all = self.all(select, [token.key], issue).map_err(sql("read the versions of a token"))?;
        if all.is_empty() {
            return Err(self.without_version());
        }
        all.iter_mut().zip(1..).for_each(|(issue, number)| issue.number = number);
        all.reverse();
        Ok(all)
    }

    /// The secret of a version; `None` where it was purged.
    pub fn secret_of(&self, issue: &Issue) -> Result<Option<Secret>, Error> {
        self.unsealed("SELECT sealed FROM secret WHERE version = ?1", [issue.key])
    }

    /// The same by the version's id.
    pub fn secret(&self, id: VersionId) -> Result<Option<Secret>, Error> {
        let select = "SELECT sealed FROM secret JOIN version ON version.key = secret.version WHERE id = ?1";
        self.unsealed(select, [id.as_bytes()])
    }

    /// What is secret about a version besides its secret, by name; `None` where there is nothing of that name.
    pub fn part(&self, id: VersionId, name: &str) -> Result<Option<Secret>, Error> {
        let select = "SELECT sealed FROM part JOIN version ON version.key = part.version WHERE id = ?1 AND name = ?2";
        self.unsealed(select, params![id.as_bytes(), name])
    }

    fn unsealed(&self, select: &str, values: impl Params) -> Result<Option<Secret>, Error> {
        let sealed: Option<Vec<u8>> = self
            .db
            .connection
            .prepare_cached(select)
            .and_then(|mut q| q.query_row(values, |r| r.get(0)).optional())
            .map_err(sql("read a secret"))?;
        let Some(sealed) = sealed else { return Ok(None) };
        let broken = || Error::Open { what: "a secret", why: "its second seal does not open".into() };
        let plain = seal::open(&sealed, &[self.key]).map_err(|_| broken())?;
        let text = std::str::from_utf8(&plain).map_err(|_| broken())?;
        Ok(Some(Secret::new(text.to_owned())))
    }

    /// Where a secret with this fingerprint stands already.
    pub(super) fn twins(&self, fingerprint: &[u8]) -> Result<Vec<Twin>, Error> {
        let select = "SELECT token.id, service, token.name, trashed IS NOT NULL,
                             (SELECT count(*) FROM version AS older
                              WHERE older.token = token.key AND older.key <= version.key)
                      FROM secret JOIN version ON version.key = secret.version JOIN token ON token.key = version.token
                      WHERE fingerprint = ?1 AND purged IS NULL";
        let twin = |r: &Row| {
            let (service, name): (String, String) = (r.get(1)?, r.get(2)?);
            let path = format!("{service}/{name}");
            Ok(Twin { token: row::id_at(r, 0)?, path, trashed: r.get(3)?, number: r.get(4)? })
        };
        self.all(select, [fingerprint], twin).map_err(sql("look for the same secret"))
    }
}

fn sketch(r: &Row) -> rusqlite::Result<Sketch> {
    let (service, name) = (r.get(1)?, r.get(2)?);
    Ok(Sketch { id: row::id_at(r, 0)?, service, name, trashed: r.get(3)?, purged: r.get(4)?, key: r.get(5)? })
}

fn issue(r: &Row) -> rusqlite::Result<Issue> {
    let (expiry, verdict) = (row::parsed(r, 1)?, row::parsed_or_none(r, 2)?);
    Ok(Issue { id: row::id_at(r, 0)?, number: 0, expiry, verdict, key: r.get(3)? })
}

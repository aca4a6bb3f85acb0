//! Reading what happened: batches of changes, and uses.

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use super::super::error::{Error, sql};
use super::read::Reader;
use super::row;
use crate::token::change::{Change, Subject};
use crate::token::id::{BatchId, TokenId, VersionId};

/// Everything one command wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its own id.
    pub id: BatchId,
    /// When.
    pub at: DateTime<Utc>,
    /// On which device.
    pub device: String,
    /// By which command.
    pub verb: String,
    /// The batch that it reversed.
    pub undoes: Option<BatchId>,
    /// It was reversed itself, and that was not reversed again.
    pub undone: bool,
    /// How many tokens it touched.
    pub tokens: usize,
}

/// One use of a secret, as a history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRecord {
    /// Which token.
    pub token: TokenId,
    /// Which of its versions.
    pub version: VersionId,
    /// When.
    pub at: DateTime<Utc>,
    /// By which command.
    pub verb: String,
    /// On which device.
    pub device: String,
}

/// A batch is undone while an odd number of undos stands on it: an undo that was undone itself does not count.
const BATCHES: &str = "
    WITH RECURSIVE standing (key, stands) AS (
        SELECT key, 1 FROM batch WHERE NOT EXISTS (SELECT 1 FROM batch AS later WHERE later.undoes = batch.key)
        UNION ALL
        SELECT batch.key, 1 - standing.stands FROM batch
        JOIN batch AS later ON later.undoes = batch.key
            AND later.key = (SELECT max(key) FROM batch AS last WHERE last.undoes = batch.key)
        JOIN standing ON standing.key = later.key
    )
    SELECT batch.id, batch.at, device.name, batch.verb, undone.id, NOT standing.stands,
           (SELECT count(DISTINCT token) FROM change WHERE change.batch = batch.key)
    FROM batch JOIN standing USING (key) JOIN device ON device.id = batch.device
    LEFT JOIN batch AS undone ON undone.key = batch.undoes";

impl Reader<'_> {
    /// Batches, newest first; only those that touched a token, if one is given.
    pub fn batches(&self, of: Option<TokenId>, most: usize) -> Result<Vec<Batch>, Error> {
        let select = format!(
            "{BATCHES} WHERE ?1 IS NULL OR batch.key IN
                 (SELECT batch FROM change JOIN token ON token.key = change.token WHERE token.id = ?1)
             ORDER BY batch.key DESC LIMIT ?2"
        );
        let of = of.map(|id| *id.as_bytes());
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.all(&select, params![of, most], batch).map_err(sql("read the history"))
    }

    /// The changes of a batch, in the order they were made; only those of a token, if one is given.
    pub fn changes(&self, batch: BatchId, of: Option<TokenId>, most: usize) -> Result<Vec<Change>, Error> {
        let select = "SELECT token.id, version.id, field, old, new FROM change
                      JOIN batch ON batch.key = change.batch JOIN token ON token.key = change.token
                      LEFT JOIN version ON version.key = change.version
                      WHERE batch.id = ?1 AND (?2 IS NULL OR token.id = ?2) ORDER BY seq LIMIT ?3";
        let of = of.map(|id| *id.as_bytes());
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        self.all(select, params![batch.as_bytes(), of, limit], change).map_err(sql("read the history"))
    }

    /// Uses, newest first, those that wait in the journal among them; only those of a token, if one is given.
    pub fn uses(&self, of: Option<TokenId>, most: usize) -> Result<Vec<UseRecord>, Error> {
        // Those of one token stand together in an index; nothing of the others is read.
        let which = if of.is_some() { "use.token = (SELECT key FROM token WHERE id = ?1)" } else { "?1 IS NULL" };
        let select = format!(
            "SELECT token.id, version.id, at, verb, device.name FROM use
             JOIN token ON token.key = use.token JOIN version ON version.key = use.version
             JOIN device ON device.id = use.device
             WHERE {which} ORDER BY at DESC LIMIT ?2"
        );
        let only = of.map(|id| *id.as_bytes());
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let mut found = self.all(&select, params![only, limit], use_record).map_err(sql("read the uses"))?;
        let waiting = self.waiting()?.iter().filter(|entry| of.is_none_or(|id| entry.token == id));
        found.extend(waiting.map(|entry| UseRecord {
            token: entry.token,
            version: entry.version,
            at: entry.at,
            verb: entry.verb.clone(),
            device: entry.device_name.clone(),
        }));
        found.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        found.truncate(most);
        Ok(found)
    }

    /// When the secret of a token was used since a time, in no order: nothing but an index is read for that.
    pub fn use_times(&self, of: TokenId, since: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, Error> {
        let select = "SELECT at FROM use WHERE token = (SELECT key FROM token WHERE id = ?1) AND at >= ?2";
        let given = params![of.as_bytes(), row::time(since)];
        let mut found = self.all(select, given, |r| row::time_at(r, 0)).map_err(sql("read the uses"))?;
        let waiting = self.waiting()?.iter().filter(|entry| entry.token == of && entry.at >= since);
        found.extend(waiting.map(|entry| entry.at));
        Ok(found)
    }
}

fn batch(r: &Row) -> rusqlite::Result<Batch> {
    let undoes: Option<[u8; 16]> = r.get(4)?;
    Ok(Batch {
        id: row::id_at(r, 0)?,
        at: row::time_at(r, 1)?,
        device: r.get(2)?,
        verb: r.get(3)?,
        undoes: undoes.map(BatchId::from_bytes),
        undone: r.get(5)?,
        tokens: r.get(6)?,
    })
}

fn change(r: &Row) -> rusqlite::Result<Change> {
    let version: Option<[u8; 16]> = r.get(1)?;
    let subject = Subject { token: row::id_at(r, 0)?, version: version.map(VersionId::from_bytes) };
    Ok(Change { subject, field: row::parsed(r, 2)?, old: r.get(3)?, new: r.get(4)? })
}

fn use_record(r: &Row) -> rusqlite::Result<UseRecord> {
    Ok(UseRecord {
        token: row::id_at(r, 0)?,
        version: row::id_at(r, 1)?,
        at: row::time_at(r, 2)?,
        verb: r.get(3)?,
        device: r.get(4)?,
    })
}

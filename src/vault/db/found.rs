//! The vault's own row: founding it, and what does not belong to any token.

use age::{Identity, x25519};
use rusqlite::params;
use zeroize::Zeroizing;

use super::super::error::{Error, sql};
use super::super::key;
use super::super::pin::Pin;
use super::super::random;
use super::super::seal;
use super::write::{Author, seal_all};
use super::{Db, row};
use crate::secret::Secret;
use crate::token::id::OfVault;

impl Db {
    /// Writes the vault's own row into an empty database.
    pub(in crate::vault) fn found_vault(&self, name: &str, recipient: &str, author: &Author) -> Result<(), Error> {
        let id = random::id::<OfVault>()?;
        let fingerprint_key = Zeroizing::new(random::bytes::<32>()?);
        let found = || {
            self.keep_device(author)?;
            self.run(
                "INSERT INTO vault (one, id, name, created, revision, clock, recipient, fingerprint_key)
                 VALUES (1, ?1, ?2, ?3, 1, 0, ?4, ?5)",
                params![id.as_bytes(), name, row::time(author.at), recipient, *fingerprint_key],
            )
        };
        found().map_err(sql("found the vault"))
    }

    /// Remembers a way in, so that it can be sealed to again.
    pub(in crate::vault) fn keep_slot(
        &self,
        name: &str,
        recipient: Option<&str>,
        author: &Author,
    ) -> Result<(), Error> {
        let insert = "INSERT OR REPLACE INTO slot (name, recipient, added, device) VALUES (?1, ?2, ?3, ?4)";
        let values = params![name, recipient, row::time(author.at), author.device.as_bytes()];
        self.keep_device(author).and_then(|()| self.run(insert, values)).map_err(sql("remember a way in"))
    }

    /// Remembers a device by the name it has now.
    pub(super) fn keep_device(&self, author: &Author) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO device (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = ?2",
            params![author.device.as_bytes(), author.device_name],
        )
    }

    /// Takes over the ways in that another state of the vault remembers: their files are beside the vault, not in it.
    pub(in crate::vault) fn take_slots_of(&self, other: &Self) -> Result<(), Error> {
        type Kept = (String, Option<String>, String, [u8; 16], String);
        let take = || {
            let mut select = other.connection.prepare(
                "SELECT slot.name, recipient, added, device.id, device.name FROM slot JOIN device ON device.id = device",
            )?;
            let kept = select.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?;
            let kept: Vec<Kept> = kept.collect::<Result<_, _>>()?;
            self.run("DELETE FROM slot", [])?;
            for (name, recipient, added, device, device_name) in kept {
                self.run("INSERT OR IGNORE INTO device (id, name) VALUES (?1, ?2)", params![device, device_name])?;
                let insert = "INSERT INTO slot (name, recipient, added, device) VALUES (?1, ?2, ?3, ?4)";
                self.run(insert, params![name, recipient, added, device])?;
            }
            Ok(())
        };
        take().map_err(sql("take over the ways in"))
    }

    /// What a device remembers of this vault.
    pub(in crate::vault) fn pin(&self) -> Result<Pin, Error> {
        self.connection
            .query_row("SELECT id, recipient, revision FROM vault", [], |r| {
                let recipient: String = r.get(1)?;
                Ok(Pin { vault: row::id_at(r, 0)?, key: key::fingerprint(&recipient), revision: r.get(2)? })
            })
            .map_err(sql("read the vault's own row"))
    }

    /// To whom the vault is sealed.
    pub(in crate::vault) fn recipient(&self) -> Result<String, Error> {
        self.connection
            .query_row("SELECT recipient FROM vault", [], |r| r.get(0))
            .map_err(sql("read the vault's own row"))
    }

    /// Sets the count of writes.
    pub(in crate::vault) fn set_revision(&self, revision: u64) -> Result<(), Error> {
        self.run("UPDATE vault SET revision = ?1", [revision]).map_err(sql("count the write"))
    }

    /// Seals every secret again, to another key, and makes that the vault's.
    pub(in crate::vault) fn reseal(&self, with: &dyn Identity, to: &x25519::Recipient) -> Result<(), Error> {
        for table in ["secret", "part"] {
            self.reseal_table(table, with, to)?;
        }
        self.run("UPDATE vault SET recipient = ?1", [to.to_string()]).map_err(sql("change the vault's key"))
    }

    fn reseal_table(&self, table: &str, with: &dyn Identity, to: &x25519::Recipient) -> Result<(), Error> {
        let broken = |_| Error::Open { what: "a secret", why: "its second seal does not open".into() };
        let rows: Vec<(i64, Vec<u8>)> = self
            .connection
            .prepare(&format!("SELECT rowid, sealed FROM {table}"))
            .and_then(|mut q| q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
            .map_err(sql("read secrets"))?;
        let mut secrets = Vec::with_capacity(rows.len());
        for (_, sealed) in &rows {
            let plain = seal::open(sealed, &[with]).map_err(broken)?;
            let text = String::from_utf8_lossy(&plain).into_owned();
            secrets.push(Secret::new(text));
        }
        let again = seal_all(&secrets.iter().collect::<Vec<_>>(), to)?;
        let update = format!("UPDATE {table} SET sealed = ?2 WHERE rowid = ?1");
        for ((row, _), sealed) in rows.iter().zip(again) {
            self.run(&update, params![row, sealed]).map_err(sql("seal a secret again"))?;
        }
        Ok(())
    }
}

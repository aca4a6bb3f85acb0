//! Schemas: numbered, append-only, each brought to the next by a file in `assets/migrations`.

use rusqlite::Connection;

use super::error::{Error, sql};

/// Every step from an empty database to the newest schema. Step `n` leads to schema `n + 1`; none is ever changed.
const STEPS: [&str; 5] = [
    include_str!("../../assets/migrations/0001_vault.sql"),
    include_str!("../../assets/migrations/0002_lookups.sql"),
    include_str!("../../assets/migrations/0003_services.sql"),
    include_str!("../../assets/migrations/0004_consumers.sql"),
    include_str!("../../assets/migrations/0005_granted.sql"),
];

/// The newest schema that this patvault knows.
pub(super) fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The schema that a database has.
pub(super) fn schema(db: &Connection) -> Result<i64, Error> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sql("read the schema's number"))
}

/// Brings a database to the newest schema. A file of an older one is kept as a backup when the result is written.
pub(super) fn migrate(db: &Connection) -> Result<(), Error> {
    run(db, &STEPS)
}

fn run(db: &Connection, steps: &[&str]) -> Result<(), Error> {
    let found = schema(db)?;
    let done = usize::try_from(found).unwrap_or(0);
    for (at, step) in steps.iter().enumerate().skip(done) {
        let next = at + 1;
        let script = format!("BEGIN IMMEDIATE; {step}; PRAGMA user_version = {next}; COMMIT;");
        if let Err(error) = db.execute_batch(&script) {
            let _nothing_open = db.execute_batch("ROLLBACK");
            return Err(sql("bring the schema up to date")(error));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_once_each_and_in_order() {
        let db = Connection::open_in_memory().unwrap();
        let first = ["CREATE TABLE a (x)"];
        let both = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)"];
        run(&db, &first).unwrap();
        run(&db, &first).unwrap();
        run(&db, &both).unwrap();
        assert_eq!(schema(&db).unwrap(), 2);
        assert_eq!(db.query_row("SELECT y FROM a", [], |row| row.get::<_, i64>(0)).unwrap(), 2);
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind() {
        let db = Connection::open_in_memory().unwrap();
        assert!(run(&db, &["CREATE TABLE a (x); CREATE TABLE a (x)"]).is_err());
        assert_eq!(schema(&db).unwrap(), 0);
        assert!(db.execute_batch("CREATE TABLE a (x)").is_ok());
    }
}

-- Schema 4. Where a token is installed, which of its versions is installed there, and rotations that are under way.

-- A place where a token is installed, by the person's name for it, and how it is updated: 'hand', 'hand NOTE',
-- 'stdin COMMAND', 'env NAME COMMAND'.
CREATE TABLE consumer (
    token INTEGER NOT NULL REFERENCES token (key),
    place TEXT    NOT NULL,
    way   TEXT    NOT NULL,
    PRIMARY KEY (token, place)
) STRICT, WITHOUT ROWID;

-- That a version was installed in a place of its token, and when.
CREATE TABLE installed (
    version INTEGER NOT NULL REFERENCES version (key),
    place   TEXT    NOT NULL,
    at      TEXT    NOT NULL,
    PRIMARY KEY (version, place)
) STRICT, WITHOUT ROWID;

-- A rotation from this version that is not at its end: 'begun TIME', 'asked TIME CALL'.
ALTER TABLE version ADD COLUMN rotation TEXT;

-- The first page of each table and index stands at the beginning of the file, in the order in which they were made. The two
-- indexes in which a secret is found come before the others again, or each new table would move them one chunk on.
DROP INDEX secret_by_fingerprint;
DROP INDEX use_by_token;
DROP INDEX batch_by_undone;
DROP INDEX change_by_token;
CREATE INDEX secret_by_fingerprint ON secret (fingerprint);
CREATE INDEX use_by_token ON use (token, at);
CREATE INDEX batch_by_undone ON batch (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX change_by_token ON change (token, batch);

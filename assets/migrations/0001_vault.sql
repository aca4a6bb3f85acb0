-- Schema 1. What a list needs is narrow and comes first; notes, sealed secrets and history stand apart from it.
-- Times are RFC 3339 in UTC; days are YYYY-MM-DD. Everything but the sealed secrets is in the clear inside the file.

-- One row: the vault itself.
CREATE TABLE vault (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    id              BLOB    NOT NULL CHECK (length(id) = 16),
    name            TEXT    NOT NULL,
    created         TEXT    NOT NULL,
    revision        INTEGER NOT NULL,             -- counts writes
    clock           INTEGER NOT NULL,             -- the latest hybrid logical clock: milliseconds << 16 | counter
    recipient       TEXT    NOT NULL,             -- to whom the file and its secrets are sealed
    fingerprint_key BLOB    NOT NULL              -- keys the fingerprints of secrets
) STRICT;

CREATE TABLE device (
    id   BLOB PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL
) STRICT;

-- The ways in whose public key is known, so that they can be sealed to again. A passphrase has none.
CREATE TABLE slot (
    name      TEXT PRIMARY KEY,
    recipient TEXT,
    added     TEXT NOT NULL,
    device    BLOB NOT NULL REFERENCES device (id)
) STRICT;

CREATE TABLE token (
    key          INTEGER PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    service      TEXT NOT NULL,
    name         TEXT NOT NULL,
    instance     TEXT,
    account      TEXT,
    kind         TEXT,
    lead_days    INTEGER,
    cadence_days INTEGER,
    unused_days  INTEGER,
    added        TEXT NOT NULL,
    trashed      TEXT,
    purged       TEXT,
    last_use     TEXT
) STRICT;
CREATE INDEX token_by_path ON token (service, name);

CREATE TABLE tag (
    token INTEGER NOT NULL REFERENCES token (key),
    name  TEXT    NOT NULL,
    PRIMARY KEY (token, name)
) STRICT, WITHOUT ROWID;

-- One issued value of a token. The newest has the highest key.
CREATE TABLE version (
    key     INTEGER PRIMARY KEY,
    id      BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    token   INTEGER NOT NULL REFERENCES token (key),
    added   TEXT    NOT NULL,
    issued  TEXT,                                 -- a day or a time
    expiry  TEXT    NOT NULL DEFAULT 'unknown',   -- date and source: '2027-01-31 typed'
    verdict TEXT,                                 -- the service's latest answer: 'alive 2026-11-22T10:00:00Z'
    state   TEXT    NOT NULL DEFAULT 'current'    -- 'current', 'superseded TIME', 'revoked TIME'
) STRICT;
CREATE INDEX version_by_token ON version (token);

CREATE TABLE scope (
    version INTEGER NOT NULL REFERENCES version (key),
    name    TEXT    NOT NULL,
    risk    TEXT,                                 -- as a person rated it
    PRIMARY KEY (version, name)
) STRICT, WITHOUT ROWID;

-- What a person said to a reminder about a version.
CREATE TABLE mark (
    version INTEGER NOT NULL REFERENCES version (key),
    duty    TEXT    NOT NULL,
    answer  TEXT    NOT NULL,                     -- 'snoozed DAY', 'done TIME'
    PRIMARY KEY (version, duty)
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
    token INTEGER PRIMARY KEY REFERENCES token (key),
    text  TEXT NOT NULL
) STRICT;

-- Secrets, each an age file to the vault's recipient.
CREATE TABLE secret (
    version     INTEGER PRIMARY KEY REFERENCES version (key),
    fingerprint BLOB NOT NULL,                    -- HMAC-SHA-256 of the secret: finds the same one twice
    sealed      BLOB NOT NULL
) STRICT;
CREATE INDEX secret_by_fingerprint ON secret (fingerprint);

CREATE TABLE use (
    id      BLOB    PRIMARY KEY CHECK (length(id) = 16),
    token   INTEGER NOT NULL REFERENCES token (key),
    version INTEGER NOT NULL REFERENCES version (key),
    at      TEXT    NOT NULL,
    verb    TEXT    NOT NULL,
    device  BLOB    NOT NULL REFERENCES device (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX use_by_token ON use (token, at);

-- Everything one command wrote.
CREATE TABLE batch (
    key    INTEGER PRIMARY KEY,
    id     BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    clock  INTEGER NOT NULL,
    at     TEXT    NOT NULL,
    device BLOB    NOT NULL REFERENCES device (id),
    verb   TEXT    NOT NULL,
    undoes INTEGER REFERENCES batch (key)
) STRICT;
CREATE INDEX batch_by_undone ON batch (undoes) WHERE undoes IS NOT NULL;

-- One recorded write each: which field, from what to what. NULL is "not there". Never a secret.
CREATE TABLE change (
    batch   INTEGER NOT NULL REFERENCES batch (key),
    seq     INTEGER NOT NULL,
    token   INTEGER NOT NULL REFERENCES token (key),
    version INTEGER REFERENCES version (key),
    field   TEXT    NOT NULL,
    old     TEXT,
    new     TEXT,
    PRIMARY KEY (batch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_token ON change (token, batch);

-- Schema 3. What services need of a token besides its secret, and what they tell about it.

-- What a service needs of a token and a person gives, by the service's own names: 'account_id', 'org'.
CREATE TABLE fact (
    token INTEGER NOT NULL REFERENCES token (key),
    name  TEXT    NOT NULL,
    value TEXT    NOT NULL,
    PRIMARY KEY (token, name)
) STRICT, WITHOUT ROWID;

-- What the service told about a version: 'owner', 'email', 'last_use'.
CREATE TABLE told (
    version INTEGER NOT NULL REFERENCES version (key),
    name    TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    PRIMARY KEY (version, name)
) STRICT, WITHOUT ROWID;

-- What is secret about a version besides its secret ('refresh_token'), each an age file to the vault's recipient. With rows
-- of their own under the key: who lists tokens reads the names in its index, and passes what is sealed by.
CREATE TABLE part (
    version INTEGER NOT NULL REFERENCES version (key),
    name    TEXT    NOT NULL,
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (version, name)
) STRICT;

-- Schema 2. Who hands a secret out finds everything on the way in two indexes, and opens the tables under them not at all:
-- a sealed file is opened in large pieces, and each place that is read costs one.

DROP INDEX token_by_path;
CREATE INDEX token_by_path ON token (service, name, id, trashed, purged);

DROP INDEX version_by_token;
CREATE INDEX version_by_token ON version (token, key, id, expiry, verdict);

-- Schema 5. What a service said that it granted stands apart from what a person wanted, which the table of scopes holds from now
-- on. Scopes that an earlier patvault took from services count as wanted, until the service is asked again.

-- The names in order, with spaces between; '' where it granted none, NULL where it did not say.
ALTER TABLE version ADD COLUMN granted TEXT;

-- Who looks for a scope reads these, and not the versions.
CREATE INDEX version_by_granted ON version (token, granted) WHERE granted IS NOT NULL;

-- Orleans reads the four statements below from OrleansQuery when a silo starts, and runs them with the parameters that their names show.
CREATE TABLE OrleansQuery (
  QueryKey TEXT NOT NULL PRIMARY KEY,
  QueryText TEXT NOT NULL
) STRICT;

-- The key is the grain's identity itself, so two first writes of one grain can't both land. Orleans also passes hashes of it, for
-- databases that can't index long keys; they are not needed here. GrainKey is the text part of the grain's key; a grain without one
-- (integer and GUID keys) has an empty BLOB there, because NULLs are never equal to each other in a unique key, and '' is a text.
CREATE TABLE GrainState (
  ServiceId TEXT NOT NULL,
  GrainType TEXT NOT NULL,
  GrainIdN0 INTEGER NOT NULL,
  GrainIdN1 INTEGER NOT NULL,
  GrainKey ANY NOT NULL,
  Version INTEGER NOT NULL CHECK (Version >= 1),
  Payload BLOB NULL,
  ModifiedAt TEXT NOT NULL,
  PRIMARY KEY (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey)
) STRICT;

-- A first write comes without version and inserts; every other write replaces exactly the version it read. Each statement is atomic by
-- itself and at most one of them changes a row. No row returned: Orleans throws InconsistentStateException.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
INSERT INTO GrainState (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, Version, Payload, ModifiedAt)
SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, x''''), 1, @PayloadBinary,
  strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')
WHERE @GrainStateVersion IS NULL
ON CONFLICT DO NOTHING
RETURNING Version AS NewGrainStateVersion;

UPDATE GrainState
SET Version = Version + 1, Payload = @PayloadBinary, ModifiedAt = strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')
WHERE ServiceId = @ServiceId AND GrainType = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainKey = coalesce(@GrainIdExtensionString, x'''') AND Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion;
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
SELECT Payload AS PayloadBinary, Version
FROM GrainState
WHERE ServiceId = @ServiceId AND GrainType = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainKey = coalesce(@GrainIdExtensionString, x'''');
');

-- A cleared grain keeps its row without payload, so that its versions go on: were they to begin again at 1, a writer that went to sleep
-- before the clearing could take a later state for its own.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
UPDATE GrainState
SET Version = Version + 1, Payload = NULL, ModifiedAt = strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')
WHERE ServiceId = @ServiceId AND GrainType = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainKey = coalesce(@GrainIdExtensionString, x'''') AND Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion;
');

-- Orleans reads its statements from here when a silo or a client starts, and runs them with the parameters that their names show.
CREATE TABLE OrleansQuery (
  QueryKey text COLLATE "C" NOT NULL PRIMARY KEY,
  QueryText text NOT NULL
);

-- The key is the grain's identity itself, so two first writes of one grain can't both land. Orleans also passes hashes of it, for
-- databases that can't index long keys; they are not needed here. GrainKey is the text part of the grain's key; grains without one
-- (integer and GUID keys) have '' there and are told apart from those with an empty one by HasGrainKey, because NULLs are never equal
-- to each other in a unique key.
CREATE TABLE GrainState (
  ServiceId text COLLATE "C" NOT NULL,
  GrainType text COLLATE "C" NOT NULL,
  GrainIdN0 bigint NOT NULL,
  GrainIdN1 bigint NOT NULL,
  GrainKey text COLLATE "C" NOT NULL,
  HasGrainKey boolean NOT NULL CHECK (HasGrainKey OR GrainKey = ''),
  Version integer NOT NULL CHECK (Version >= 1),
  Payload bytea NULL,
  ModifiedAt timestamptz NOT NULL,
  PRIMARY KEY (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey)
);

-- A first write comes without version and inserts; every other write replaces exactly the version it read. At most one of the two changes
-- a row. No row returned: Orleans throws InconsistentStateException.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
WITH added AS (
  INSERT INTO GrainState (
    ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey, Version, Payload, ModifiedAt)
  SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1,
    coalesce(@GrainIdExtensionString, ''''), @GrainIdExtensionString IS NOT NULL, 1, @PayloadBinary, now()
  WHERE @GrainStateVersion IS NULL
  ON CONFLICT DO NOTHING
  RETURNING Version
), replaced AS (
  UPDATE GrainState
  SET Version = Version + 1, Payload = @PayloadBinary, ModifiedAt = now()
  WHERE ServiceId = @ServiceId AND GrainType = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
    AND GrainKey = coalesce(@GrainIdExtensionString, '''') AND HasGrainKey = (@GrainIdExtensionString IS NOT NULL)
    AND Version = @GrainStateVersion
  RETURNING Version
)
SELECT Version AS NewGrainStateVersion FROM added
UNION ALL
SELECT Version FROM replaced
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
SELECT Payload AS PayloadBinary, Version
FROM GrainState
WHERE ServiceId = @ServiceId AND GrainType = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainKey = coalesce(@GrainIdExtensionString, '''') AND HasGrainKey = (@GrainIdExtensionString IS NOT NULL)
');

-- A cleared grain keeps its row without payload, so that its versions go on: were they to begin again at 1, a writer that went to sleep
-- before the clearing could take a later state for its own.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
UPDATE GrainState
SET Version = Version + 1, Payload = NULL, ModifiedAt = now()
WHERE ServiceId = @ServiceId AND GrainType = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainKey = coalesce(@GrainIdExtensionString, '''') AND HasGrainKey = (@GrainIdExtensionString IS NOT NULL)
  AND Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion
');

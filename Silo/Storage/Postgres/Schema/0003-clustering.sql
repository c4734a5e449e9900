-- The members of each cluster. Several clusters share a database: every key begins with the cluster's id, which Orleans passes as
-- DeploymentId.

-- A cluster's table has one version, which every change of its members raises by one. A change names the version it has seen, so two
-- silos that act on the same view can't both change it.
CREATE TABLE ClusterVersion (
  ClusterId text COLLATE "C" NOT NULL PRIMARY KEY,
  Version integer NOT NULL,
  ModifiedAt timestamptz NOT NULL
);

-- One row per incarnation of a silo. Status is Orleans' SiloStatus.
CREATE TABLE ClusterMember (
  ClusterId text COLLATE "C" NOT NULL,
  Address text COLLATE "C" NOT NULL,
  Port integer NOT NULL,
  Generation integer NOT NULL,
  SiloName text NOT NULL,
  HostName text NOT NULL,
  Status integer NOT NULL,
  ProxyPort integer NOT NULL,
  SuspectTimes text NULL,
  StartTime timestamptz NOT NULL,
  IAmAliveTime timestamptz NOT NULL,
  PRIMARY KEY (ClusterId, Address, Port, Generation)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('InsertMembershipVersionKey', '
WITH added AS (
  INSERT INTO ClusterVersion (ClusterId, Version, ModifiedAt) VALUES (@DeploymentId, 0, now())
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT count(*)::integer FROM added
');

-- The version is moved first and its row thereby locked; a member is added or changed only if it moved. A member that somebody else
-- added meanwhile was added together with a move of the version, so what this statement does not see yet, its version does not match.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('InsertMembershipKey', '
WITH moved AS (
  UPDATE ClusterVersion SET Version = Version + 1, ModifiedAt = now()
  WHERE ClusterId = @DeploymentId AND Version = @Version
    AND NOT EXISTS (
      SELECT FROM ClusterMember
      WHERE ClusterId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
  RETURNING ClusterId
), added AS (
  INSERT INTO ClusterMember (
    ClusterId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
  SELECT ClusterId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
  FROM moved
  RETURNING 1
)
SELECT count(*)::integer FROM added
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('UpdateMembershipKey', '
WITH moved AS (
  UPDATE ClusterVersion SET Version = Version + 1, ModifiedAt = now()
  WHERE ClusterId = @DeploymentId AND Version = @Version
    AND EXISTS (
      SELECT FROM ClusterMember
      WHERE ClusterId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
  RETURNING ClusterId
), changed AS (
  UPDATE ClusterMember member
  SET Status = @Status, SuspectTimes = nullif(@SuspectTimes, ''''), IAmAliveTime = greatest(IAmAliveTime, @IAmAliveTime)
  FROM moved
  WHERE member.ClusterId = moved.ClusterId
    AND member.Address = @Address AND member.Port = @Port AND member.Generation = @Generation
  RETURNING 1
)
SELECT count(*)::integer FROM changed
');

-- A sign of life belongs to no version, and none that is overtaken takes a later one back.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('UpdateIAmAlivetimeKey', '
UPDATE ClusterMember SET IAmAliveTime = greatest(IAmAliveTime, @IAmAliveTime)
WHERE ClusterId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
');

-- Both readings tell the version even if there is no member: Orleans takes a row without StartTime for that.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('MembershipReadRowKey', '
SELECT member.Address, member.Port, member.Generation, member.SiloName, member.HostName, member.Status, member.ProxyPort,
  member.SuspectTimes, member.StartTime, member.IAmAliveTime, cluster.Version
FROM ClusterVersion cluster
LEFT JOIN ClusterMember member
  ON member.ClusterId = cluster.ClusterId AND member.Address = @Address AND member.Port = @Port AND member.Generation = @Generation
WHERE cluster.ClusterId = @DeploymentId
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('MembershipReadAllKey', '
SELECT member.Address, member.Port, member.Generation, member.SiloName, member.HostName, member.Status, member.ProxyPort,
  member.SuspectTimes, member.StartTime, member.IAmAliveTime, cluster.Version
FROM ClusterVersion cluster
LEFT JOIN ClusterMember member ON member.ClusterId = cluster.ClusterId
WHERE cluster.ClusterId = @DeploymentId
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('DeleteMembershipTableEntriesKey', '
WITH members AS (DELETE FROM ClusterMember WHERE ClusterId = @DeploymentId)
DELETE FROM ClusterVersion WHERE ClusterId = @DeploymentId
');

-- The dead (6) are cleared away one by one, each only if it is still as it was read; the other statement does it at once.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('CleanupDefunctSiloEntryKey', '
DELETE FROM ClusterMember
WHERE ClusterId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation AND Status = 6
  AND StartTime = @StartTime AND IAmAliveTime = @IAmAliveTime
  AND SuspectTimes IS NOT DISTINCT FROM nullif(@SuspectTimes, '''')
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('CleanupDefunctSiloEntriesKey', '
DELETE FROM ClusterMember
WHERE ClusterId = @DeploymentId AND Status = 6 AND StartTime < @IAmAliveTime AND IAmAliveTime < @IAmAliveTime
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('GatewaysQueryKey', '
SELECT Address, ProxyPort, Generation
FROM ClusterMember
WHERE ClusterId = @DeploymentId AND Status = @Status AND ProxyPort > 0
');

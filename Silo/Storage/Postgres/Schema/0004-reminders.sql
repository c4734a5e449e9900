-- Reminders belong to a service, not to one cluster. Every change gives the row a version that no row had before (it wraps after two
-- thousand million changes), so what removes a reminder it has read can't hit one that was made anew.
CREATE TABLE Reminder (
  ServiceId text COLLATE "C" NOT NULL,
  GrainId text COLLATE "C" NOT NULL,
  ReminderName text COLLATE "C" NOT NULL,
  GrainHash integer NOT NULL,
  StartTime timestamptz NOT NULL,
  Period bigint NOT NULL,
  Version integer GENERATED ALWAYS AS IDENTITY (CYCLE),
  PRIMARY KEY (ServiceId, GrainId, ReminderName)
);

CREATE INDEX reminder_range ON Reminder (ServiceId, GrainHash);

-- StartTime is UTC, Period is in milliseconds.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('UpsertReminderRowKey', '
INSERT INTO Reminder (ServiceId, GrainId, ReminderName, GrainHash, StartTime, Period)
VALUES (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, @Period)
ON CONFLICT (ServiceId, GrainId, ReminderName)
DO UPDATE SET GrainHash = excluded.GrainHash, StartTime = excluded.StartTime, Period = excluded.Period, Version = DEFAULT
RETURNING Version
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadReminderRowKey', '
SELECT GrainId, ReminderName, StartTime, Period, Version
FROM Reminder
WHERE ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadReminderRowsKey', '
SELECT GrainId, ReminderName, StartTime, Period, Version
FROM Reminder
WHERE ServiceId = @ServiceId AND GrainId = @GrainId
');

-- A silo reads those of its part of the ring of hashes: (begin, end], or what lies around the ring's end.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadRangeRows1Key', '
SELECT GrainId, ReminderName, StartTime, Period, Version
FROM Reminder
WHERE ServiceId = @ServiceId AND GrainHash > @BeginHash AND GrainHash <= @EndHash
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadRangeRows2Key', '
SELECT GrainId, ReminderName, StartTime, Period, Version
FROM Reminder
WHERE ServiceId = @ServiceId AND (GrainHash > @BeginHash OR GrainHash <= @EndHash)
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('DeleteReminderRowKey', '
WITH deleted AS (
  DELETE FROM Reminder
  WHERE ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName AND Version = @Version
  RETURNING 1
)
SELECT count(*)::integer FROM deleted
');

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('DeleteReminderRowsKey', '
DELETE FROM Reminder WHERE ServiceId = @ServiceId
');

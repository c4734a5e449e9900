-- Where the data of this directory was copied from: one row, or none if it grew here. As long as the copy is not finished nothing may be
-- started on it. It is here because this file is the first that a copy writes.
CREATE TABLE copied_from (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  source TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT NULL
) STRICT;

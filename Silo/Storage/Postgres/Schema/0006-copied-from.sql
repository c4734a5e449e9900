-- Where the data was copied from: one row, or none if it grew here. As long as the copy is not finished nothing may be started on it.
CREATE TABLE copied_from (
  id integer PRIMARY KEY CHECK (id = 1),
  source text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz NULL
);

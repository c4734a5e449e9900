-- What is written, beside the streams, to see whether a commit would work while nobody makes one. A row goes in the transaction that it
-- came in, so it is always empty. The bytes are to take the room that they have: no compression.
CREATE TABLE write_probe (
  id uuid NOT NULL PRIMARY KEY,
  filler bytea NOT NULL
);
ALTER TABLE write_probe ALTER COLUMN filler SET STORAGE EXTERNAL;

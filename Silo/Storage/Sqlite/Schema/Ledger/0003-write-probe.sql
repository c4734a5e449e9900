-- What is written, beside the streams, to see whether a commit would work while nobody makes one. One row that means nothing.
CREATE TABLE write_probe (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  filler BLOB NOT NULL
) STRICT;

-- One row per stream: its name and its head, the last entry. An append moves the head by compare-and-swap (the fence) and adds its row
-- in the same transaction, so the head is always the end of the newest row.
CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  head_seq INTEGER NOT NULL CHECK (head_seq >= 1),
  head_hash BLOB NOT NULL CHECK (length(head_hash) = 32)
) STRICT;

-- The open streams: those with an odd head. Counting them reads this index alone.
CREATE INDEX stream_open ON stream (name) WHERE head_seq % 2 = 1;

-- One row per commit. The key holds the stream's number, not its name: new streams then append to the index instead of landing anywhere.
-- The entries come last, so that reading a row's other columns touches no overflow page.
CREATE TABLE ledger_commit (
  stream INTEGER NOT NULL,
  first_seq INTEGER NOT NULL CHECK (first_seq >= 1),
  count INTEGER NOT NULL CHECK (count >= 1),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  entries BLOB NOT NULL,
  PRIMARY KEY (stream, first_seq)
) STRICT;

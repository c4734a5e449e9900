-- One row per stream: its name, its head (the last entry), and whether its last commit has left it open. An append moves the head by
-- compare-and-swap (the fence) and adds its row in the same transaction, so the head is always the end of the newest row. The number of an
-- erased stream is never given out again: a reader that still has it must not be shown another stream's rows.
CREATE TABLE stream (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  head_seq INTEGER NOT NULL CHECK (head_seq >= 1),
  head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1))
) STRICT;

-- Counting the open streams reads this index alone.
CREATE INDEX stream_open ON stream (name) WHERE is_open = 1;

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

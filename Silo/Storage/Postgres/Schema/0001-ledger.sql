-- Names are compared by their bytes (COLLATE "C"), so the order is that of the code points and no change of the server's locales can spoil
-- an index.

-- One row per stream: its name and its head, the last entry. An append moves the head by compare-and-swap (the fence) and adds its row
-- in the same transaction, so the head is always the end of the newest row.
CREATE TABLE stream (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  head_seq bigint NOT NULL CHECK (head_seq >= 1),
  head_hash bytea NOT NULL CHECK (length(head_hash) = 32)
);

-- The open streams: those with an odd head. Counting them reads this index alone.
CREATE INDEX stream_open ON stream (name) WHERE head_seq % 2 = 1;

-- One row per commit. The key holds the stream's number, not its name: new streams then append to the index instead of landing anywhere.
CREATE TABLE ledger_commit (
  stream bigint NOT NULL,
  first_seq bigint NOT NULL CHECK (first_seq >= 1),
  count integer NOT NULL CHECK (count >= 1),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  entries bytea NOT NULL,
  PRIMARY KEY (stream, first_seq)
);

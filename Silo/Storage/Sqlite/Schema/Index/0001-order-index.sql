-- How far the ledger of each batch was read. Everything in this file follows from the ledgers and is made again from them if it is lost.
CREATE TABLE followed (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch TEXT NOT NULL UNIQUE,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- One row per order. Status is OrderStatus as its batch tells it; hold is the part of it that does not follow from owed and returned.
-- Owed and kept are amounts in minor units. Units are numbers, separated by spaces.
CREATE TABLE indexed_order (
  batch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  alias BLOB NOT NULL CHECK (length(alias) = 16),
  status INTEGER NOT NULL,
  hold INTEGER NOT NULL,
  owed INTEGER NOT NULL,
  returned INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  units TEXT NOT NULL,
  payment TEXT NULL,
  PRIMARY KEY (batch, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX indexed_order_alias ON indexed_order (alias);

CREATE INDEX indexed_order_status ON indexed_order (status, batch, seq);

-- The units that an order has or had.
CREATE TABLE indexed_unit (
  unit INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (unit, batch, seq)
) STRICT, WITHOUT ROWID;

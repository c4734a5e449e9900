-- The index of the orders of all batches. It follows from the ledgers and is made again from them if it is lost, so no copy has it.

-- How far the ledger of each batch was read.
CREATE TABLE followed (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch text COLLATE "C" NOT NULL UNIQUE,
  seq bigint NOT NULL CHECK (seq >= 1),
  hash bytea NOT NULL CHECK (length(hash) = 32)
);

-- One row per order. Status is OrderStatus as its batch tells it; hold is the part of it that does not follow from owed and returned.
-- Owed and kept are amounts in minor units. Units are numbers, separated by spaces.
CREATE TABLE indexed_order (
  batch bigint NOT NULL,
  seq bigint NOT NULL,
  alias bytea NOT NULL CHECK (length(alias) = 16),
  status integer NOT NULL,
  hold integer NOT NULL,
  owed bigint NOT NULL,
  returned integer NOT NULL,
  kept bigint NOT NULL,
  units text NOT NULL,
  payment text NULL,
  PRIMARY KEY (batch, seq)
);

CREATE INDEX indexed_order_alias ON indexed_order (alias);

CREATE INDEX indexed_order_status ON indexed_order (status, batch, seq);

-- The units that an order has or had.
CREATE TABLE indexed_unit (
  unit integer NOT NULL,
  batch bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (unit, batch, seq)
);

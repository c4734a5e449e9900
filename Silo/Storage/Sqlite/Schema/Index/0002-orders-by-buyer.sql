-- Aliases come in no order, so each new order changed another page of an index that grew with all batches.
-- A search names the batch of each alias. So the index is by batch first, and the pages of earlier batches stay.
DROP INDEX indexed_order_alias;
CREATE INDEX indexed_order_buyer ON indexed_order (batch, alias);

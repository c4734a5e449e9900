-- Two providers may have payments of one id, so a payment is both. Orders with such payments may be wrong here: all are read again.
DELETE FROM indexed_unit;
DELETE FROM indexed_order;
DELETE FROM followed;
ALTER TABLE indexed_order ADD COLUMN provider TEXT NULL CHECK ((provider IS NULL) = (payment IS NULL));

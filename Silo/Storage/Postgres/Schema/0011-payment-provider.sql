-- Two providers may have payments of one id, so a payment is both. Orders with such payments may be wrong here: all are read again.
TRUNCATE indexed_unit, indexed_order, followed;
ALTER TABLE indexed_order ADD COLUMN provider text NULL CHECK ((provider IS NULL) = (payment IS NULL));

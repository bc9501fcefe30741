ALTER TABLE health DROP COLUMN weight_limit;

ALTER TABLE coverage DROP COLUMN confirmed_at;

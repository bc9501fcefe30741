ALTER TABLE symbols DROP COLUMN tick_size, DROP COLUMN lot_step, DROP COLUMN listed_at;

DROP TABLE monitors;
DROP TABLE model_events;
ALTER TABLE models DROP COLUMN activated_at;

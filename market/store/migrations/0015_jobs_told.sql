-- depends: 0014_listed_decisions

ALTER TABLE jobs ADD COLUMN told_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
    COMMENT 'wall clock of the last word on it; market time may run at any pace';

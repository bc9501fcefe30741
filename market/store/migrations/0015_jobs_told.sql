-- depends: 0014_listed_decisions

ALTER TABLE jobs ADD COLUMN told_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
    COMMENT 'wall clock of the last word on it; market time may run at any pace';

-- When the jobs that are there were last told of nobody knows: one that was killed holds no training up.
UPDATE jobs SET told_at = FROM_UNIXTIME(1);

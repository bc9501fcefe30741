-- depends: 0001_market

ALTER TABLE coverage ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0
    COMMENT 'market time of the newest reading of a part of it';

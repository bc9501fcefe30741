-- depends: 0001_market

-- One row per followed series, written by `ingest stream` every few seconds; counts are since its start.
CREATE TABLE health (
    series_id SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
    last_close BIGINT NULL COMMENT 'close time of the newest confirmed candle',
    lag_ms BIGINT NULL COMMENT 'market time since the first candle after it closed, 0 when none has',
    holes INT UNSIGNED NOT NULL,
    missing_bars INT UNSIGNED NOT NULL,
    revisions INT UNSIGNED NOT NULL,
    reconnects INT UNSIGNED NOT NULL,
    stream_differences INT UNSIGNED NOT NULL COMMENT 'closed candles of the stream that REST contradicted',
    rejected_frames INT UNSIGNED NOT NULL,
    spilled INT UNSIGNED NOT NULL COMMENT 'frames given up for a reading by REST',
    weight_used INT UNSIGNED NOT NULL COMMENT 'request weight of the running minute, of the whole exchange',
    updated_at BIGINT NOT NULL COMMENT 'market time',
    announced_at BIGINT NOT NULL COMMENT 'updated_at of the newest line in the change log',
    CONSTRAINT health_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- How far the old history of a series was read again, so that the whole of it is in the end.
CREATE TABLE rechecks (
    series_id SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
    next_time BIGINT NOT NULL COMMENT 'open time from which the next part begins',
    rounds INT UNSIGNED NOT NULL COMMENT 'how often the end was reached',
    checked_at BIGINT NOT NULL COMMENT 'market time at which the newest run began',
    CONSTRAINT rechecks_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- depends: 0006_coverage_time

ALTER TABLE models ADD COLUMN activated_at BIGINT NULL
    COMMENT 'market time since when it may decide; NULL: blocked, or withdrawn by a roll-back';

UPDATE models SET activated_at = trained_at
    WHERE active OR JSON_UNQUOTE(JSON_EXTRACT(card, '$.verdict')) <> 'blocked';

-- The timeline of the models of a series. Append-only.
CREATE TABLE model_events (
    event_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    kind VARCHAR(40) NOT NULL,
    time BIGINT NOT NULL,
    model_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason TEXT NOT NULL,
    details JSON NOT NULL,
    KEY model_events_by_series (series_id, time),
    CONSTRAINT model_events_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Measures of drift, with the bounds they were held against. `time` is the newest candle's open time.
CREATE TABLE monitors (
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    time BIGINT NOT NULL,
    measure VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    feature VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    model_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    value DOUBLE NULL,
    low DOUBLE NULL,
    high DOUBLE NULL,
    n INT UNSIGNED NOT NULL,
    state ENUM('ok', 'alarm', 'insufficient') NOT NULL,
    PRIMARY KEY (series_id, role, time, measure, feature),
    CONSTRAINT monitors_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

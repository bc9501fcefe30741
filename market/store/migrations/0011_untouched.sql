-- depends: 0006_coverage_time

-- What a release scored on the candles that nothing before it had judged. Opened once: append-only by right.
CREATE TABLE opened_periods (
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    release_name VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    opened_at BIGINT NOT NULL,
    start_time BIGINT NOT NULL,
    end_time BIGINT NOT NULL,
    metrics JSON NOT NULL,
    PRIMARY KEY (series_id, role, release_name),
    CONSTRAINT opened_periods_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

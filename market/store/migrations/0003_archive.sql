-- depends: 0001_market

-- Where archived candles come from: the file that was imported last for a stretch of a series, and its checksum.
CREATE TABLE archive_files (
    series_id SMALLINT UNSIGNED NOT NULL,
    file VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    sha256 CHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    start_time BIGINT NOT NULL,
    end_time BIGINT NOT NULL COMMENT 'first open time that the file does not speak of',
    imported_at BIGINT NOT NULL COMMENT 'market time',
    PRIMARY KEY (series_id, file),
    KEY archive_files_range (series_id, start_time),
    CONSTRAINT archive_files_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

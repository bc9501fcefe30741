-- depends: 0011_untouched

-- Every long-running process about itself, a row every 15 s; `process` names one run of a service.
CREATE TABLE heartbeats (
    process VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    time BIGINT NOT NULL COMMENT 'market time of the beat',
    exchange VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    service VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pid INT UNSIGNED NOT NULL,
    started_at BIGINT NOT NULL,
    uptime_s BIGINT UNSIGNED NOT NULL,
    memory_bytes BIGINT UNSIGNED NULL,
    disk_free_bytes BIGINT UNSIGNED NULL,
    ending BOOLEAN NOT NULL COMMENT 'the last beat of a clean end',
    requests BIGINT UNSIGNED NULL COMMENT 'since the beat before, like errors and documents',
    errors BIGINT UNSIGNED NULL,
    documents BIGINT UNSIGNED NULL,
    queue_depth BIGINT UNSIGNED NULL,
    lag_ms BIGINT NULL,
    latency_ms DOUBLE NULL,
    dead_letters BIGINT UNSIGNED NULL,
    recorded_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'wall clock, to tell how long ago',
    PRIMARY KEY (process, time),
    KEY heartbeats_by_service (exchange, service, time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

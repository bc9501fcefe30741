-- transactional: false

-- Market tables, written by `ingest` alone, and the change log that every writer appends to.
-- Times are milliseconds since the epoch, UTC. Columns that identify compare byte by byte (utf8mb4_bin),
-- because interval 1m and interval 1M are two things.

CREATE TABLE symbols (
    symbol_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    exchange VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    symbol VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    base_asset VARCHAR(32) NOT NULL,
    quote_asset VARCHAR(32) NOT NULL,
    status VARCHAR(32) NOT NULL,
    derived VARCHAR(200) NOT NULL DEFAULT '' COMMENT 'kline columns that the recording lacked, comma separated',
    UNIQUE KEY symbols_name (exchange, symbol)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE series (
    series_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    symbol_id SMALLINT UNSIGNED NOT NULL,
    interval_name VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    UNIQUE KEY series_name (symbol_id, interval_name),
    CONSTRAINT series_symbol FOREIGN KEY (symbol_id) REFERENCES symbols (symbol_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE klines (
    series_id SMALLINT UNSIGNED NOT NULL,
    open_time BIGINT NOT NULL,
    open DECIMAL(30, 14) NOT NULL,
    high DECIMAL(30, 14) NOT NULL,
    low DECIMAL(30, 14) NOT NULL,
    close DECIMAL(30, 14) NOT NULL,
    volume DECIMAL(32, 12) NOT NULL COMMENT 'in the base asset',
    close_time BIGINT NOT NULL,
    quote_volume DECIMAL(32, 12) NOT NULL,
    trades BIGINT NOT NULL,
    taker_base_volume DECIMAL(32, 12) NOT NULL,
    taker_quote_volume DECIMAL(32, 12) NOT NULL,
    source ENUM ('rest', 'archive', 'stream', 'file') NOT NULL,
    finality ENUM ('running', 'closed', 'confirmed', 'withdrawn') NOT NULL,
    PRIMARY KEY (series_id, open_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE ticks (
    symbol_id SMALLINT UNSIGNED NOT NULL,
    time BIGINT NOT NULL,
    bid DECIMAL(30, 14) NOT NULL,
    bid_quantity DECIMAL(32, 12) NOT NULL,
    ask DECIMAL(30, 14) NOT NULL,
    ask_quantity DECIMAL(32, 12) NOT NULL,
    last DECIMAL(30, 14) NOT NULL,
    PRIMARY KEY (symbol_id, time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE coverage (
    series_id SMALLINT UNSIGNED NOT NULL,
    source ENUM ('rest', 'archive', 'stream', 'file') NOT NULL,
    start_time BIGINT NOT NULL,
    end_time BIGINT NOT NULL COMMENT 'first open time that is no longer covered',
    PRIMARY KEY (series_id, source, start_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE holes (
    series_id SMALLINT UNSIGNED NOT NULL,
    start_time BIGINT NOT NULL,
    end_time BIGINT NOT NULL COMMENT 'first open time after the hole',
    bars INT UNSIGNED NOT NULL,
    reason ENUM ('outage', 'before_listing', 'after_delisting', 'unknown') NOT NULL,
    evidence VARCHAR(500) NOT NULL DEFAULT '',
    PRIMARY KEY (series_id, start_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE revisions (
    revision_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    series_id SMALLINT UNSIGNED NOT NULL,
    open_time BIGINT NOT NULL,
    old_values JSON NOT NULL,
    new_values JSON NULL COMMENT 'NULL when the exchange withdrew the candle',
    source ENUM ('rest', 'archive', 'stream', 'file') NOT NULL,
    detected_at BIGINT NOT NULL,
    KEY revisions_series (series_id, open_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE change_counter (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    seq BIGINT UNSIGNED NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT INTO change_counter (id, seq) VALUES (1, 0);

CREATE TABLE change_log (
    seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    stream VARCHAR(20) NOT NULL,
    series VARCHAR(110) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    from_time BIGINT NOT NULL,
    to_time BIGINT NOT NULL,
    recorded_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'wall clock, for a reader of the log'
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE change_epoch (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    epoch CHAR(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT INTO change_epoch (id, epoch) VALUES (1, UUID());

CREATE TABLE market_clock (
    exchange VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    market_time BIGINT NOT NULL,
    wall_time BIGINT NOT NULL COMMENT 'when market_time was read',
    speed DOUBLE NOT NULL COMMENT 'market milliseconds per wall millisecond'
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE SQL SECURITY INVOKER VIEW klines_readable AS
SELECT
    k.series_id * 100000000000000 + k.open_time AS id,
    k.open AS open_price,
    k.high AS high_price,
    k.low AS low_price,
    k.close AS close_price,
    k.volume AS volume,
    k.quote_volume AS quote_asset_volume,
    k.trades AS number_of_trades,
    CAST('1970-01-01' AS DATETIME(3)) + INTERVAL (k.open_time * 1000) MICROSECOND AS kline_open_time_parsed,
    CAST('1970-01-01' AS DATETIME(3)) + INTERVAL (k.close_time * 1000) MICROSECOND AS kline_close_time_parsed,
    m.symbol AS symbol,
    s.interval_name AS interval_name,
    m.exchange AS exchange
FROM klines AS k
JOIN series AS s ON s.series_id = k.series_id
JOIN symbols AS m ON m.symbol_id = s.symbol_id
WHERE k.finality IN ('closed', 'confirmed');

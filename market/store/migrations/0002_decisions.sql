-- depends: 0001_market

CREATE TABLE models (
    model_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    kind VARCHAR(40) NOT NULL,
    trained_at BIGINT NOT NULL,
    train_start BIGINT NOT NULL,
    train_end BIGINT NOT NULL,
    horizon SMALLINT UNSIGNED NOT NULL,
    active BOOLEAN NOT NULL,
    card JSON NOT NULL,
    files JSON NOT NULL,
    KEY models_by_series (series_id, role, active),
    CONSTRAINT models_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The ledger. `number` counts the rows of one chain in the order they were appended; `hash` covers the
-- row's content and `previous_hash`, so that an edited, a deleted and an inserted row all show.
CREATE TABLE decisions (
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    open_time BIGINT NOT NULL,
    id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    close_time BIGINT NOT NULL,
    origin ENUM('live', 'late') NOT NULL,
    model_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    action ENUM('BUY', 'SELL', 'HOLD') NOT NULL,
    status ENUM('issued', 'suppressed') NOT NULL,
    reason VARCHAR(40) NOT NULL,
    price DECIMAL(30, 14) NOT NULL,
    probability DOUBLE NULL,
    expected_gain DOUBLE NULL,
    gain_low DOUBLE NULL,
    gain_high DOUBLE NULL,
    cost DOUBLE NOT NULL,
    horizon SMALLINT UNSIGNED NOT NULL,
    position_before ENUM('flat', 'long') NOT NULL,
    position_after ENUM('flat', 'long') NOT NULL,
    decided_at BIGINT NOT NULL,
    would_be ENUM('BUY', 'SELL', 'HOLD') NULL,
    base DOUBLE NOT NULL,
    data_hash VARCHAR(64) NOT NULL,
    features JSON NOT NULL,
    contributions JSON NOT NULL,
    number INT UNSIGNED NOT NULL,
    previous_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (series_id, role, open_time),
    UNIQUE KEY decisions_by_id (id),
    UNIQUE KEY decisions_in_chain (series_id, role, number),
    KEY decisions_by_time (open_time, id),
    KEY decisions_by_series (series_id, open_time, id),
    CONSTRAINT decisions_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE outcomes (
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    open_time BIGINT NOT NULL,
    state ENUM('known', 'insufficient') NOT NULL,
    entry_time BIGINT NULL,
    exit_time BIGINT NULL,
    entry_price DECIMAL(30, 14) NULL,
    exit_price DECIMAL(30, 14) NULL,
    gross DOUBLE NULL,
    net DOUBLE NULL,
    correct BOOLEAN NULL,
    recorded_at BIGINT NOT NULL,
    number INT UNSIGNED NOT NULL,
    previous_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (series_id, role, open_time),
    UNIQUE KEY outcomes_in_chain (series_id, role, number),
    CONSTRAINT outcomes_decision FOREIGN KEY (series_id, role, open_time)
        REFERENCES decisions (series_id, role, open_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Where each chain ends. Written with every append, anchored outside the database once a day: a cut tail
-- shows against either.
CREATE TABLE chain_heads (
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    chain ENUM('decisions', 'outcomes') NOT NULL,
    number INT UNSIGNED NOT NULL,
    hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (series_id, role, chain)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE backtest_runs (
    run_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    series_id SMALLINT UNSIGNED NOT NULL,
    role ENUM('champion', 'challenger') NOT NULL,
    kind VARCHAR(40) NOT NULL,
    created_at BIGINT NOT NULL,
    start_time BIGINT NOT NULL,
    end_time BIGINT NOT NULL,
    metrics JSON NOT NULL,
    KEY backtest_runs_by_series (series_id, role, created_at),
    CONSTRAINT backtest_runs_series FOREIGN KEY (series_id) REFERENCES series (series_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What a walk-forward decided, with what became of it; a run is replaced as a whole, so no chain.
CREATE TABLE backtest_decisions (
    run_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    open_time BIGINT NOT NULL,
    id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    close_time BIGINT NOT NULL,
    model_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    action ENUM('BUY', 'SELL', 'HOLD') NOT NULL,
    status ENUM('issued', 'suppressed') NOT NULL,
    reason VARCHAR(40) NOT NULL,
    price DECIMAL(30, 14) NOT NULL,
    probability DOUBLE NULL,
    expected_gain DOUBLE NULL,
    gain_low DOUBLE NULL,
    gain_high DOUBLE NULL,
    cost DOUBLE NOT NULL,
    horizon SMALLINT UNSIGNED NOT NULL,
    position_before ENUM('flat', 'long') NOT NULL,
    position_after ENUM('flat', 'long') NOT NULL,
    decided_at BIGINT NOT NULL,
    would_be ENUM('BUY', 'SELL', 'HOLD') NULL,
    base DOUBLE NOT NULL,
    data_hash VARCHAR(64) NOT NULL,
    features JSON NOT NULL,
    contributions JSON NOT NULL,
    outcome_state ENUM('known', 'insufficient') NULL,
    entry_time BIGINT NULL,
    exit_time BIGINT NULL,
    entry_price DECIMAL(30, 14) NULL,
    exit_price DECIMAL(30, 14) NULL,
    gross DOUBLE NULL,
    net DOUBLE NULL,
    correct BOOLEAN NULL,
    recorded_at BIGINT NULL,
    PRIMARY KEY (run_id, open_time),
    UNIQUE KEY backtest_decisions_by_id (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE backtest_equity (
    run_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    time BIGINT NOT NULL,
    equity DOUBLE NOT NULL,
    buy_and_hold DOUBLE NOT NULL,
    PRIMARY KEY (run_id, time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Every configuration that was tried on a series: a deflated Sharpe ratio needs their number and spread.
CREATE TABLE trials (
    series_id SMALLINT UNSIGNED NOT NULL,
    fingerprint CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sharpe_per_bar DOUBLE NOT NULL,
    tried_at BIGINT NOT NULL,
    PRIMARY KEY (series_id, fingerprint)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE jobs (
    job_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    kind VARCHAR(40) NOT NULL,
    series VARCHAR(120) NOT NULL,
    state VARCHAR(20) NOT NULL,
    progress DOUBLE NOT NULL,
    message TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NULL,
    KEY jobs_by_start (started_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

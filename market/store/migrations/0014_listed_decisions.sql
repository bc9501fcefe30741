-- depends: 0009_ledger_counts

-- A list of decisions is chosen by these columns, of rows that are twenty times wider: with them in one index
-- a filter that fits nothing has not read a ledger. It also gives the order that decisions_by_series gave.
CREATE INDEX decisions_listed ON decisions
    (series_id, role, open_time, id, action, status, reason, origin, model_id, probability, expected_gain);

DROP INDEX decisions_by_series ON decisions;

CREATE INDEX backtest_listed ON backtest_decisions
    (run_id, open_time, id, action, status, reason, model_id, probability, expected_gain, net);

CREATE INDEX decisions_by_series ON decisions (series_id, open_time, id);

DROP INDEX decisions_listed ON decisions;

DROP INDEX backtest_listed ON backtest_decisions;

-- depends: 0006_coverage_time

-- A track record counts every decision ever made. The ledger's rows carry their explanation; this index holds
-- the few columns that are counted, so that a year of minutes is read in seconds.
CREATE INDEX decisions_counted ON decisions
    (series_id, role, open_time, action, status, origin, position_after, probability, cost, horizon, price);

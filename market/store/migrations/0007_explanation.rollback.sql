ALTER TABLE decisions
    DROP COLUMN features_hash,
    DROP COLUMN model_hash,
    DROP COLUMN flip,
    DROP COLUMN provenance;

ALTER TABLE backtest_decisions
    DROP COLUMN features_hash,
    DROP COLUMN model_hash,
    DROP COLUMN flip,
    DROP COLUMN provenance;

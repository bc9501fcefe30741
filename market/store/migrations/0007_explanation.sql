-- depends: 0006_coverage_time

ALTER TABLE decisions
    ADD COLUMN features_hash VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'code that made the features',
    ADD COLUMN model_hash VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'manifest of the model''s files',
    ADD COLUMN flip JSON NULL COMMENT 'nearest change of one feature that changes the action',
    ADD COLUMN provenance JSON NULL COMMENT 'where the candles of the window came from';

ALTER TABLE backtest_decisions
    ADD COLUMN features_hash VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'code that made the features',
    ADD COLUMN model_hash VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'manifest of the model''s files',
    ADD COLUMN flip JSON NULL COMMENT 'nearest change of one feature that changes the action',
    ADD COLUMN provenance JSON NULL COMMENT 'where the candles of the window came from';

-- depends: 0001_market

-- What a market's prices and quantities are counted in, and since when it is listed. NULL: not known.
ALTER TABLE symbols
    ADD COLUMN tick_size DECIMAL(38, 18) NULL COMMENT 'smallest step of a price, in the quote asset',
    ADD COLUMN lot_step DECIMAL(38, 18) NULL COMMENT 'smallest step of a quantity, in the base asset',
    ADD COLUMN listed_at BIGINT NULL COMMENT 'open time of the first bar';

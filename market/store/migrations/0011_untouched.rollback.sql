DROP TABLE opened_periods;

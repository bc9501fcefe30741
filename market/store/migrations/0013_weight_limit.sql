-- depends: 0012_heartbeats

ALTER TABLE health ADD COLUMN weight_limit INT UNSIGNED NULL
    COMMENT 'request weight that the ingester allows itself in a minute; NULL: not known';

-- Questions that a person asks of the record. Each runs as user opa_reader on MariaDB 10.11 and MySQL 8.0.
-- Times are milliseconds UTC; FROM_UNIXTIME shows them in the session's time zone.

-- name: last_price
-- The newest closed candle of every symbol, over all its intervals.
SELECT m.exchange, m.symbol, s.interval_name, k.close AS price, k.close_time
FROM klines AS k
JOIN series AS s ON s.series_id = k.series_id
JOIN symbols AS m ON m.symbol_id = s.symbol_id
JOIN (
    SELECT t.symbol_id, MAX(c.close_time) AS close_time
    FROM klines AS c JOIN series AS t ON t.series_id = c.series_id
    WHERE c.finality IN ('closed', 'confirmed') GROUP BY t.symbol_id
) AS newest ON newest.symbol_id = s.symbol_id AND newest.close_time = k.close_time
WHERE k.finality IN ('closed', 'confirmed')
ORDER BY m.exchange, m.symbol, s.interval_name;

-- name: daily_from_hourly
-- Daily candles (UTC) built from 1h candles. Fewer than 24 hours mean a hole or an unfinished day.
SELECT d.exchange, d.symbol, d.day AS open_time, o.open, d.high, d.low, c.close, d.volume, d.hours
FROM (
    SELECT m.exchange, m.symbol, k.series_id, k.open_time DIV 86400000 * 86400000 AS day,
        MIN(k.open_time) AS first_open, MAX(k.open_time) AS last_open, MAX(k.high) AS high,
        MIN(k.low) AS low, SUM(k.volume) AS volume, COUNT(*) AS hours
    FROM klines AS k
    JOIN series AS s ON s.series_id = k.series_id
    JOIN symbols AS m ON m.symbol_id = s.symbol_id
    WHERE s.interval_name = '1h' AND k.finality IN ('closed', 'confirmed')
    GROUP BY m.exchange, m.symbol, k.series_id, day
) AS d
JOIN klines AS o ON o.series_id = d.series_id AND o.open_time = d.first_open
JOIN klines AS c ON c.series_id = d.series_id AND c.open_time = d.last_open
ORDER BY d.exchange, d.symbol, d.day;

-- name: holes_by_reason
-- How many candles are missing in every series, and why.
SELECT m.exchange, m.symbol, s.interval_name, h.reason, COUNT(*) AS holes, SUM(h.bars) AS missing_bars
FROM holes AS h
JOIN series AS s ON s.series_id = h.series_id
JOIN symbols AS m ON m.symbol_id = s.symbol_id
GROUP BY m.exchange, m.symbol, s.interval_name, h.reason
ORDER BY m.exchange, m.symbol, s.interval_name, h.reason;

-- name: revisions
-- Confirmed candles that the exchange changed or withdrew, newest finding first.
SELECT m.exchange, m.symbol, s.interval_name, r.open_time, JSON_UNQUOTE(JSON_EXTRACT(r.old_values, '$.close')) AS old_close,
    JSON_UNQUOTE(JSON_EXTRACT(r.new_values, '$.close')) AS new_close, r.new_values IS NULL AS withdrawn, r.detected_at
FROM revisions AS r
JOIN series AS s ON s.series_id = r.series_id
JOIN symbols AS m ON m.symbol_id = s.symbol_id
ORDER BY r.revision_id DESC;

-- name: lag
-- How far each series is behind its exchange's clock as it was last saved, in seconds.
SELECT m.exchange, m.symbol, s.interval_name, (c.market_time - MAX(k.close_time)) / 1000 AS behind_s
FROM series AS s
JOIN symbols AS m ON m.symbol_id = s.symbol_id
JOIN market_clock AS c ON c.exchange = m.exchange
JOIN klines AS k ON k.series_id = s.series_id AND k.finality = 'confirmed'
GROUP BY m.exchange, m.symbol, s.interval_name, c.market_time
ORDER BY behind_s DESC;

-- name: movers_24h
-- Change of the close over the last 24 one-hour candles of each symbol, biggest move first.
SELECT m.exchange, m.symbol, before_.close AS close_before, last_.close AS close_now,
    (last_.close / before_.close - 1) * 100 AS change_percent
FROM (
    SELECT series_id, MAX(open_time) AS open_time FROM klines
    WHERE finality IN ('closed', 'confirmed') GROUP BY series_id
) AS newest
JOIN series AS s ON s.series_id = newest.series_id AND s.interval_name = '1h'
JOIN symbols AS m ON m.symbol_id = s.symbol_id
JOIN klines AS last_ ON last_.series_id = s.series_id AND last_.open_time = newest.open_time
JOIN klines AS before_ ON before_.series_id = s.series_id AND before_.open_time = newest.open_time - 86400000
    AND before_.finality IN ('closed', 'confirmed')
ORDER BY ABS(last_.close / before_.close - 1) DESC;

-- name: decisions_by_action
-- The ledger by series, action, status and origin.
SELECT m.exchange, m.symbol, s.interval_name, d.action, d.status, d.origin, COUNT(*) AS decisions
FROM decisions AS d
JOIN series AS s ON s.series_id = d.series_id
JOIN symbols AS m ON m.symbol_id = s.symbol_id
GROUP BY m.exchange, m.symbol, s.interval_name, d.action, d.status, d.origin
ORDER BY m.exchange, m.symbol, s.interval_name, d.action, d.status, d.origin;

-- name: accuracy
-- Of the issued decisions whose outcome is known: how many were right, and the mean net return of being long.
SELECT m.exchange, m.symbol, s.interval_name, d.role, d.action, COUNT(*) AS known,
    AVG(o.correct) AS share_correct, AVG(o.net) AS mean_net
FROM decisions AS d
JOIN outcomes AS o ON o.series_id = d.series_id AND o.role = d.role AND o.open_time = d.open_time
JOIN series AS s ON s.series_id = d.series_id
JOIN symbols AS m ON m.symbol_id = s.symbol_id
WHERE o.state = 'known' AND d.status = 'issued'
GROUP BY m.exchange, m.symbol, s.interval_name, d.role, d.action
ORDER BY m.exchange, m.symbol, s.interval_name, d.role, d.action;

-- name: tick_spread
-- Mean and widest spread of the stored ticks, in basis points of the mid price.
SELECT m.exchange, m.symbol, COUNT(*) AS samples,
    AVG((t.ask - t.bid) / (t.ask + t.bid) * 20000) AS mean_bp, MAX((t.ask - t.bid) / (t.ask + t.bid) * 20000) AS max_bp
FROM ticks AS t
JOIN symbols AS m ON m.symbol_id = t.symbol_id
GROUP BY m.exchange, m.symbol
ORDER BY m.exchange, m.symbol;

-- name: change_log_tail
-- The newest lines of the change log: what the followers were told last.
SELECT seq, stream, series, from_time, to_time, recorded_at
FROM change_log
ORDER BY seq DESC
LIMIT 20;

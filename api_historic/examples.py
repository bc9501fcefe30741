"""An answer of every shape, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

_TIME: Final = 1_767_225_600_000
_MARKET: Final = {"exchange": "simulated", "symbol": "BTCUSDT", "simulated": True}
_SERIES: Final = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h", "simulated": True}
_PAGE: Final = {"order": "asc", "count": 1, "next_cursor": str(_TIME)}
KLINE: Final[dict[str, Any]] = {
    "open_time": _TIME, "open": "64180.5", "high": "64300", "low": "64101.11", "close": "64250.1",
    "volume": "2311.811445", "close_time": _TIME + 3_599_999, "quote_volume": "148391002.34010008",
    "trades": 58389, "taker_base_volume": "1215.359238", "taker_quote_volume": "78011542.78288276",
    "source": "archive", "finality": "confirmed",
}  # fmt: skip
TICK: Final = {
    "time": _TIME, "bid": "64250", "bid_quantity": "1.5", "ask": "64250.2", "ask_quantity": "0.8",
    "last": "64250.1",
}  # fmt: skip
_FIGURES: Final = {
    "count": 720, "mean": 64250.1, "std": 810.4, "min": 61200.0, "q25": 63700.2, "median": 64210.0,
    "q75": 64850.9, "max": 66001.5,
}  # fmt: skip
_SPAN: Final = {"start": _TIME, "end": _TIME + 719 * 3_600_000}
_RANGE: Final = {"start": _TIME, "end": _TIME + 720 * 3_600_000}
KLINE_PAGE: Final = {**_SERIES, **_PAGE, "klines": [KLINE]}
LATEST_KLINES: Final = {**_SERIES, "market_time": _TIME + 3_605_000, "age_ms": 5_001, "klines": [KLINE]}
TICK_PAGE: Final = {**_MARKET, **_PAGE, "ticks": [TICK]}
LATEST_TICKS: Final = {**_MARKET, "market_time": _TIME + 850, "age_ms": 850, "ticks": [TICK]}
PRICES: Final = {
    "simulated": True,
    "prices": [
        {
            **_MARKET, "base": "BTC", "quote": "USDT", "price": "64250.1", "price_at": _TIME,
            "source": "tick", "age_ms": 850, "market_time": _TIME + 850, "change_24h": 0.0123,
            "intervals": ["1m", "1h"],
        }
    ],
}  # fmt: skip
KLINE_STATISTICS: Final = {**_SERIES, **_SPAN, "columns": {"close": _FIGURES}}
TICK_STATISTICS: Final = {**_MARKET, **_SPAN, "columns": {"last": _FIGURES}}
SYMBOLS: Final = {
    "simulated": True,
    "symbols": [
        {
            **_MARKET, "base_asset": "BTC", "quote_asset": "USDT", "status": "TRADING", "derived": [],
            "tick_size": "0.01", "lot_step": "0.00001", "listed_at": 1_502_942_400_000,
            "intervals": [
                {
                    "interval": "1h", "rows": 718, "first_open": _TIME, "last_open": _SPAN["end"], "holes": 1,
                    "missing_bars": 2, "revisions": 1,
                }
            ],
        }
    ],
}  # fmt: skip
INTERVALS: Final = {"intervals": [{"interval": "1h", "typical_ms": 3_600_000, "stored": 3}]}
COVERAGE: Final = {
    **_SERIES, "rows": 718, "missing_bars": 2, "ranges": [{**_RANGE, "source": "archive"}],
    "holes": [
        {
            "start": _TIME + 36_000_000, "end": _TIME + 43_200_000, "bars": 2, "reason": "outage",
            "evidence": "asked twice, empty both times",
        }
    ],
}  # fmt: skip
REVISIONS: Final = {
    **_SERIES, "total": 1,
    "revisions": [
        {
            "open_time": _TIME, "old": {"close": "64250"}, "new": {"close": "64250.1"}, "source": "rest",
            "detected_at": _TIME + 7_200_000,
        }
    ],
}  # fmt: skip

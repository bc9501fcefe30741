"""Hourly candles for the contract tests; the number of a bar is its open time in hours."""

from decimal import Decimal

import pyarrow as pa

from market.interval import HOUR
from market.kline import klines_from_rows


def candle(bar: int, price: str = "100.5") -> list[object]:
    high = f"{Decimal(price) + 1}"
    return [
        bar * HOUR,
        price,
        high,
        "1",
        price,
        "1.5",
        (bar + 1) * HOUR - 1,
        "150.1",
        7,
        "0.1",
        "0.000000000001",
    ]


def page(bars: dict[int, str]) -> pa.Table:
    """Candles by bar number and price."""
    return klines_from_rows([candle(bar, price) for bar, price in sorted(bars.items())])


def prices(table: pa.Table) -> dict[int, str]:
    """Bar number to close price, as `page` takes them."""
    rows = table.select(["open_time", "close"]).to_pylist()
    return {row["open_time"] // HOUR: f"{row['close'].normalize():f}" for row in rows}

"""Bars and prices as the exchange writes them: JSON with decimals as text of eight places."""

from __future__ import annotations

from typing import Final

import numpy as np

from simulator.bars import CLOSE_TIME, OPEN_TIME, SCALE, TRADES, WIDTH, Bars

_COUNTS: Final = (OPEN_TIME, CLOSE_TIME, TRADES)
_ROW: Final = ",".join("%d" if column in _COUNTS else '"%d.%08d"' for column in range(WIDTH))


def decimal(value: int) -> str:
    """Units of 1e-8 as text: 4718100900 is `47.18100900`; negative changes keep their sign."""
    whole, rest = divmod(abs(int(value)), SCALE)
    return f"{'-' if value < 0 else ''}{whole}.{rest:08d}"


def kline_rows(bars: Bars) -> str:
    """The rows of a kline answer, comma-separated, without the brackets around them.

    `[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",1499644799999,
    "2434.19055334",308,"1756.87402397","28.46694368","0"]`
    """
    cells = [
        part
        for column in range(WIDTH)
        for part in (
            [bars[:, column]] if column in _COUNTS else [bars[:, column] // SCALE, bars[:, column] % SCALE]
        )
    ]
    flat = np.stack(cells, axis=1).ravel().tolist() if len(bars) else []
    return ",".join([f'[{_ROW},"0"]'] * len(bars)) % tuple(flat)

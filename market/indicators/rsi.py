"""Relative strength index (J. Welles Wilder, 1978)."""

from __future__ import annotations

import pandas as pd

LENGTH = 14
COLUMNS = ("rsi_14",)


def rsi(bars: pd.DataFrame) -> list[pd.Series]:
    """Share of rises in all moves, from -1 (only falls) to 1 (only rises); 0 where nothing moved."""
    move = bars["close"].diff().fillna(0.0)
    rises = move.clip(lower=0).ewm(alpha=1 / LENGTH, adjust=False).mean()
    moves = move.abs().ewm(alpha=1 / LENGTH, adjust=False).mean()
    return [(2 * rises / moves - 1).where(moves > 1e-12 * bars["close"], 0.0)]

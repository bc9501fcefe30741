"""Why a seeded decision was made: features with their parts of the score, a flip point, a window."""

from typing import Any

import numpy as np

from market.decision import Action, Flip, Provenance
from market.interval import HOUR

NAMES = (
    *("rsi_14", "macd_hist", "ema_ratio_20", "ema_ratio_50", "bb_width_20", "atr_14", "volume_z_24"),
    *("return_1", "return_4", "return_24", "stoch_k_14", "obv_slope_20", "hour_sin", "hour_cos"),
)
WINDOW = 120


def reasons(gain: float, bar: int, action: Action, open_time: int) -> dict[str, Any]:
    """Parts that add up to a score of the gain's sign; no flip point for a SELL."""
    draw = np.random.default_rng(bar)
    weights = draw.standard_normal(len(NAMES)) * 0.03 * np.linspace(1.6, 0.2, len(NAMES)) + gain * 4
    values = draw.uniform(20, 80, len(NAMES)).round(4)
    other = Action.HOLD if action is Action.BUY else Action.BUY
    flip = Flip("rsi_14", float(values[0]), float(values[0]) + 6.4, other, 0.12)
    sources = {"archive": WINDOW - 22, "rest": 20, "stream": 1}
    return {
        "base": 0.021,
        "contributions": dict(zip(NAMES, map(float, weights), strict=True)),
        "features": dict(zip(NAMES, map(float, values), strict=True)),
        "flip": None if action is Action.SELL else flip,
        "provenance": Provenance(open_time - (WINDOW - 1) * HOUR, open_time, WINDOW - 1, 1, 2, 0, sources),
        "data_hash": "9f86d081884c7d659a2feaa0c55ad015",
    }

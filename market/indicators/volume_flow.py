"""How much was traded, and on which side of the market."""

from __future__ import annotations

import numpy as np
import pandas as pd

LONG, SHORT = 168, 24
COLUMNS = ("volume_z", "volume_24_168", "signed_volume_24")


def volume_flow(bars: pd.DataFrame) -> list[pd.Series]:
    """Volume against its own 168 bars (z of log), its day against its week, and its signed share.

    The signed share is volume of rising minus volume of falling candles over all of it, 24 bars.
    """
    volume = bars["volume"]
    usual = volume.rolling(LONG).mean()
    usual = usual.where(usual > 0)
    relative = pd.Series(np.log1p(volume / usual))
    spread = relative.rolling(LONG).std()
    z = ((relative - relative.rolling(LONG).mean()) / spread).mask(spread <= 1e-9, 0.0)
    day = volume.rolling(SHORT).sum()
    signed = (volume * np.sign(bars["close"] - bars["open"])).rolling(SHORT).sum()
    return [z, pd.Series(np.log1p(day / SHORT / usual)), (signed / day).mask(day <= 1e-9 * usual, 0.0)]
